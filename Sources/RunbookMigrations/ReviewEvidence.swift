package import RunbookModel

/// What a commit and its merge show of a review: trailers that name somebody, and the number of a
/// request that it came by.
///
/// A request is where reviews happen, and no proof of one.
package struct ReviewEvidence {
  private var reviewers: [Value] = []
  private var approvers: [Value] = []
  private var request: String?

  /// - Parameters:
  ///   - subjects: of the commit and of its merge.
  ///   - trailers: as git writes them: `Reviewed-by: NAME`.
  init(subjects: [String], trailers: [String]) {
    for trailer in trailers {
      let parts = trailer.pieces(separatedBy: ":", maxSplits: 1).map {
        $0.dropScalars { $0 == " " }
      }
      guard parts.count == 2, !parts[1].isEmpty else { continue }
      let name = Value.string(String(parts[1]))
      if parts[0].lowercased() == "approved-by" {
        if !approvers.contains(name) { approvers.append(name) }
      } else if !reviewers.contains(name) {
        reviewers.append(name)
      }
    }
    request = subjects.lazy.compactMap(Self.request).first
  }

  package var facts: ValueMap {
    var facts = ValueMap([
      ("reviewed_by", .list(reviewers)), ("approved_by", .list(approvers)),
      ("has_review", .bool(!reviewers.isEmpty || !approvers.isEmpty)),
    ])
    if let request { facts["pull_request"] = .string(request) }
    return facts
  }

  /// `#7` of `Add fields (#7)`, or of `Merge pull request #7 from …`.
  private static func request(in subject: String) -> String? {
    let merge = "Merge pull request #"
    let digits: Substring
    if subject.begins(with: merge) {
      digits = subject.dropFirstScalars(merge.unicodeScalars.count).prefixOfScalars(
        while: \.isNumber)
    } else if subject.ends(with: ")"), let start = subject.ranges(of: "(#").last?.upperBound {
      digits = subject[start...].dropLastScalars()
    } else {
      return nil
    }
    return digits.isEmpty || !digits.unicodeScalars.allSatisfy(\.isNumber) ? nil : "#\(digits)"
  }
}
