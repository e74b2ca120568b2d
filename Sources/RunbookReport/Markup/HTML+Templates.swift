extension HTML {
  var mainSource: String {
    String(decoding: PackageResources.incident_html_mustache, as: UTF8.self)
  }

  var partials: [String: String] {
    let parts: [(String, [UInt8])] = [
      ("style", PackageResources.style_html_mustache),
      ("contents", PackageResources.contents_html_mustache),
      ("head", PackageResources.head_html_mustache),
      ("summary", PackageResources.summary_html_mustache),
      ("key_times", PackageResources.key_times_html_mustache),
      ("timeline", PackageResources.timeline_html_mustache),
      ("impact", PackageResources.impact_html_mustache),
      ("root_cause", PackageResources.root_cause_html_mustache),
      ("data_loss", PackageResources.data_loss_html_mustache),
      ("resolution", PackageResources.resolution_html_mustache),
      ("safeguards", PackageResources.safeguards_html_mustache),
      ("prevention", PackageResources.prevention_html_mustache),
      ("lessons", PackageResources.lessons_html_mustache),
      ("action_items", PackageResources.action_items_html_mustache),
      ("verification", PackageResources.verification_html_mustache),
      ("responders", PackageResources.responders_html_mustache),
      ("sign_off", PackageResources.sign_off_html_mustache),
      ("recovery_commands", PackageResources.recovery_commands_html_mustache),
      ("evidence", PackageResources.evidence_html_mustache),
      ("provenance", PackageResources.provenance_html_mustache),
    ]
    return Dictionary(uniqueKeysWithValues: parts.map { ($0, String(decoding: $1, as: UTF8.self)) })
  }
}
