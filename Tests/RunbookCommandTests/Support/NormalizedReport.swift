/// A report's lines without what differs from run to run: times, durations, ids, digests, ports.
///
/// The lines are sorted, and headings of the timeline are left out: two events within one second may
/// come in either order, and be grouped under another heading.
struct NormalizedReport {
  let lines: [String]

  init(_ text: String) {
    var text = text
    text.replace(/[0-9]{8}-[0-9]{6}-[a-z0-9]{3,4}/, with: "RUN")
    text.replace(
      /[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/, with: "TIME")
    text.replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}-auth/, with: "DAY-auth")
    text.replace(/\/[^ "`(]*\/runbooks\/auth-tables-dropped\//, with: "RUNBOOK/")
    text.replace(/[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/, with: "TIME")
    text.replace(/[0-9]{8}T[0-9]{6}Z/, with: "TIME")
    text.replace(/[A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}/, with: "DAY")
    text.replace(/[0-9a-f]{64}/, with: "DIGEST")
    text.replace(/\b[0-9a-f]{12}(?=\b|_)/, with: "SHORT")
    text.replace(/\b[0-9]{19}\b/, with: "SYSTEM")
    text.replace(/[0-9]+ min [0-9]+ s\b/, with: "SPAN")
    text.replace(/-?(under )?[0-9]+(\.[0-9]+)? (ms|s|bytes)\b/, with: "SPAN")
    // The example was written in an earlier format, which is read too.
    text.replace(/\*\*Format of the entries\*\*: version [0-9]+/, with: "FORMAT")
    // And its run named a table alone without saying so.
    text.replace(/UPDATE ONLY\s/, with: "UPDATE ")
    text.replace(/"time_to_resolve_ms":[0-9]+/, with: "SPAN")
    text.replace(/127\.0\.0\.1:[0-9]+/, with: "ADDRESS")
    text.replace(/PostgreSQL\)? [0-9]+\.[0-9]+( \([^)]*\))?/, with: "POSTGRESQL")
    text.replace(/\/[^ "`(]*\/runbook-sandbox-RUN/, with: "SANDBOX")
    text.replace(/\/[^ "`(]*\/runs\/RUN/, with: "RUNFOLDER")
    // The size of evidence that holds such a path.
    text.replace(/\| [0-9]+ \|/, with: "| SIZE |")
    text.replace(/account `[^`]*`/, with: "ACCOUNT")
    text.replace(/on host [^ |]+/, with: "HOST")
    lines = text.split(separator: "\n").map(String.init)
      .filter { !($0.hasPrefix("### ") && $0.contains(" UTC - ")) }.sorted()
  }
}
