extension Markdown {
  var mainSource: String {
    String(decoding: PackageResources.incident_md_mustache, as: UTF8.self)
  }

  var partials: [String: String] {
    let parts: [(String, [UInt8])] = [
      ("head", PackageResources.head_mustache),
      ("summary", PackageResources.summary_mustache),
      ("key_times", PackageResources.key_times_mustache),
      ("timeline", PackageResources.timeline_mustache),
      ("impact", PackageResources.impact_mustache),
      ("root_cause", PackageResources.root_cause_mustache),
      ("data_loss", PackageResources.data_loss_mustache),
      ("resolution", PackageResources.resolution_mustache),
      ("safeguards", PackageResources.safeguards_mustache),
      ("prevention", PackageResources.prevention_mustache),
      ("lessons", PackageResources.lessons_mustache),
      ("action_items", PackageResources.action_items_mustache),
      ("verification", PackageResources.verification_mustache),
      ("responders", PackageResources.responders_mustache),
      ("sign_off", PackageResources.sign_off_mustache),
      ("recovery_commands", PackageResources.recovery_commands_mustache),
      ("evidence", PackageResources.evidence_mustache),
      ("provenance", PackageResources.provenance_mustache),
    ]
    return Dictionary(uniqueKeysWithValues: parts.map { ($0, String(decoding: $1, as: UTF8.self)) })
  }
}
