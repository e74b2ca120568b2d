import RunbookDocument
public import RunbookEngine
public import RunbookModel

/// How the drills that were held went over time, as a page: score, time to detect and time to recover
/// over their dates, and the list of them.
public struct DrillTrend: Sendable {
  /// One drill.
  public struct Item: Sendable {
    public let run: RunID
    public let runbook: String
    public let startedAt: Timestamp
    /// As people read it: `sandbox`, `talk, not over`.
    public let manner: String
    /// Whether it says something of how well people do: held to its end, and no check.
    public let counts: Bool
    public let points: Int
    public let possible: Int
    public let percent: Int?
    public let detect: StoryTime?
    public let recover: StoryTime?

    public init(
      run: RunID, runbook: String, startedAt: Timestamp, manner: String, counts: Bool,
      score: DrillScore, times: DrillTimes
    ) {
      self.run = run
      self.runbook = runbook
      self.startedAt = startedAt
      self.manner = manner
      self.counts = counts
      points = score.points
      possible = score.possible
      percent = score.percent
      detect = times.detect
      recover = times.recover
    }
  }

  private let items: [Item]
  private let name: String?
  private let unread: Int

  /// - Parameters:
  ///   - items: the oldest first.
  ///   - name: of the one runbook that they are of; nil is all.
  ///   - unread: how many runs could not be read, any of which may be a drill.
  public init(_ items: [Item], of name: String?, unread: Int = 0) {
    self.items = items
    self.name = name
    self.unread = unread
  }

  /// - Throws: `cannotRead` when the template, which is a part of the program, is malformed.
  public func html() throws(StoreError) -> String {
    try DrillPage(.historyHTML).text(of: value, drawings: drawings)
  }

  /// The runbooks, in the order of their names.
  private var runbooks: [String] { Set(items.map(\.runbook)).sorted() }

  private var value: Value {
    [
      "title": .string(name.map { "Drills of \($0)" } ?? "Drills"),
      "count": .string(AfterActionFacts.count(items.count, "drill")),
      "is_empty": .bool(items.isEmpty),
      "is_partial": .bool(unread > 0),
      "unread": .string(AfterActionFacts.count(unread, "run")),
      "drills": .list(items.reversed().map(row)),
    ]
  }

  private func row(_ item: Item) -> Value {
    [
      "run": .string(item.run.rawValue), "runbook": .string(item.runbook),
      "held": .timestamp(item.startedAt),
      "held_text": .string(item.startedAt.second), "manner": .string(item.manner),
      "score": .string("\(item.points) of \(item.possible)"),
      "percent": .string(item.percent.map { "\($0) %" } ?? "–"),
      "detect": .string(item.detect.map { "\($0)" } ?? "–"),
      "recover": .string(item.recover.map { "\($0)" } ?? "–"),
    ]
  }

  /// A section of plots for each runbook: one axis for several would say nothing.
  private var drawings: [String: String] {
    let sections = runbooks.map { runbook -> String in
      let own = items.filter { $0.runbook == runbook && $0.counts }
      let plots = [
        figure("Score", own, upTo: 100) {
          $0.percent.map(Double.init)
        } label: {
          "\(Int($0)) %"
        },
        figure("Time to detect", own, \.detect), figure("Time to recover", own, \.recover),
      ]
      let heading = name == nil ? "<h2>\(HTMLText.prose(runbook))</h2>\n" : ""
      return heading + "<div class=\"trends\">\n\(plots.joined(separator: "\n"))\n</div>"
    }
    return ["plots": sections.joined(separator: "\n")]
  }

  private func figure(
    _ title: String, _ items: [Item], _ time: (Item) -> StoryTime?
  ) -> String {
    figure(title, items) {
      time($0).map { Double($0.rawValue) }
    } label: {
      "\(StoryTime(rawValue: Int64($0)))"
    }
  }

  private func figure(
    _ title: String, _ items: [Item], upTo limit: Double? = nil, value: (Item) -> Double?,
    label: (Double) -> String
  ) -> String {
    let points = items.compactMap { item in
      value(item).map {
        LinePlot.Point(
          at: item.startedAt, value: $0, title: "\(item.manner), \(item.run)")
      }
    }
    guard !points.isEmpty else {
      return "<figure><figcaption><strong>\(title)</strong>: not known yet</figcaption></figure>"
    }
    // The same dates in each plot, also where some drills have no such value.
    let dates = items.map(\.startedAt)
    let plot = LinePlot(
      points, title: title, upTo: limit, from: dates.first, until: dates.last, label: label)
    return "<figure><figcaption><strong>\(title)</strong></figcaption>\(plot.svg)</figure>"
  }
}
