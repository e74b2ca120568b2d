/// A gate was put before a person, with exactly this content.
public struct GateOpened: Sendable, Hashable, Codable {
  /// `recovery`, or a step's id.
  public let gate: String
  public var steps: [GateItem]
  /// What the engine itself runs first: the statements that make the tables for receipts.
  public let preparation: [WorkItem]
  public let identities: [ConnectionIdentified]
  /// How many different people must approve.
  public let approvals: Int
  public let question: String?
  /// SHA-256 over the steps, the identities, and which other runs are at work.
  public let digest: Digest
  /// Why it is opened anew: what is not as it was when it was approved, or was not known then; a line
  /// each.
  public var changes: [String]?
  /// Who had approved it before it changed, for people: that counts no more. Nil is nobody.
  public var lapsed: [String]?
  /// Whether it is again what was approved before it had changed, but for what is done since: that approval counts, of
  /// those whom `lapsed` names. Nil is no.
  public var isAsApproved: Bool?
  /// Other runs that are at work on the same database; nil is none. Who approves it says so.
  public let others: [OtherRun]?
  /// Whether refusing it leaves its step out for good, as it is a safeguard's; nil is no.
  public let isDeclinable: Bool?

  public init(
    gate: String, steps: [GateItem], preparation: [WorkItem] = [],
    identities: [ConnectionIdentified], approvals: Int, question: String?, digest: Digest,
    changes: [String]? = nil, others: [OtherRun]? = nil, isDeclinable: Bool? = nil,
    lapsed: [String]? = nil, isAsApproved: Bool? = nil
  ) {
    self.isAsApproved = isAsApproved
    self.lapsed = lapsed
    self.isDeclinable = isDeclinable
    self.changes = changes
    self.others = others
    self.gate = gate
    self.steps = steps
    self.preparation = preparation
    self.identities = identities
    self.approvals = approvals
    self.question = question
    self.digest = digest
  }
}

extension GateOpened {
  /// What became of the approvals that it had before it changed; nil where it had none.
  public var lapsedWords: String? {
    guard let lapsed, !lapsed.isEmpty else { return nil }
    if isAsApproved == true {
      return "it is again what \(lapsed.joined(separator: ", ")) approved, and that counts"
    }
    let approvals = lapsed.count == 1 ? "the approval of" : "the approvals of"
    let verb = lapsed.count == 1 ? "does not count" : "do not count"
    return "\(approvals) \(lapsed.joined(separator: ", ")) \(verb) any more"
  }
}

/// Another run that is at work on a database.
public struct OtherRun: Sendable, Hashable, Codable {
  public let run: RunID
  /// One line for people: who, where, since when, and how that is known.
  public let summary: String
  public let since: Timestamp?
  /// Whether only what it left tells of it, receipts or the name of a session that does nothing now: it may be over.
  public let isByTrace: Bool
  /// Whether it is known to have ended since the run began that asks; nil is no.
  public let hasEnded: Bool?

  public init(
    run: RunID, summary: String, since: Timestamp?, isByTrace: Bool = false,
    hasEnded: Bool? = nil
  ) {
    self.hasEnded = hasEnded
    self.run = run
    self.summary = summary
    self.since = since
    self.isByTrace = isByTrace
  }
}

/// One step as a gate shows it.
public struct GateItem: Sendable, Hashable, Codable {
  public enum Fate: String, Sendable, Hashable, Codable {
    case willRun, willBeSkipped
    /// It was done before the gate was opened.
    case isDone
    /// It depends on what earlier steps will capture.
    case undecided
  }

  public let step: StepID
  public let title: String
  public let fate: Fate
  public let effect: Effect
  /// Whether the author declared the effect and nothing enforces it.
  public let isEffectDeclared: Bool?
  public let connection: String?
  public let work: [WorkItem]
  /// Over all that decides what the step does, part by part, with the run's key; nil where its values
  /// are not known yet, or it is not to run.
  public var seal: [SealedPart]?
  /// What it visibly runs or reads, and what its approval does not bind, for people; nil is nothing.
  public let unbound: [String]?
  /// How its work is performed where that is not the usual way: by which interpreter, in which folder; nil is nothing.
  public let manner: [WorkItem.Parameter]?
  /// What is asked should it be open whether it took effect; nil where nothing is.
  public let probe: GateProbe?

  public init(
    step: StepID, title: String, fate: Fate, effect: Effect, isEffectDeclared: Bool? = nil,
    connection: String?, work: [WorkItem], seal: [SealedPart]? = nil, unbound: [String]? = nil,
    manner: [WorkItem.Parameter]? = nil, probe: GateProbe? = nil
  ) {
    self.probe = probe
    self.manner = manner
    self.unbound = unbound
    self.isEffectDeclared = isEffectDeclared
    self.seal = seal
    self.step = step
    self.title = title
    self.fate = fate
    self.effect = effect
    self.connection = connection
    self.work = work
  }
}

/// The `settle:` of a step as a gate shows it. What an approval binds of it is among the step's parts.
public struct GateProbe: Sendable, Hashable, Codable {
  public let work: [WorkItem]
  /// Whether that it only reads is declared, and nothing enforces it.
  public let isEffectDeclared: Bool
  /// As `GateItem.unbound`.
  public let unbound: [String]?
  /// As `GateItem.manner`.
  public let manner: [WorkItem.Parameter]?

  public init(
    work: [WorkItem], isEffectDeclared: Bool, unbound: [String]? = nil,
    manner: [WorkItem.Parameter]? = nil
  ) {
    self.work = work
    self.isEffectDeclared = isEffectDeclared
    self.unbound = unbound
    self.manner = manner
  }
}

/// A part of what an approval binds, such as a statement, a value, or a file that a script names.
public struct SealedPart: Sendable, Hashable, Codable {
  /// What begins the names of a database's own code, kind by kind: `the database's triggers`.
  public static let databaseCode = "the database's "
  /// Stands for that where it could not be asked for.
  public static let unknownCode = "the database's code, which could not be asked for,"
  /// What begins the names of where and as whom a script runs: these say it themselves, so that a person sees it.
  public static let host = "the host "
  public static let account = "the account with "
  public static let fileMode = "the umask "

  /// For people: `statement 2`, `environment TARGET`, `file ./restore.sh`.
  public let name: String
  public let digest: Digest
  /// The file whose content it is; nil where it is none, and in journals of before this was kept.
  public let file: String?
  /// What it is over, where that is many things; nil where it is one.
  public let group: Group?

  /// What a part is over that is of many things.
  public struct Group: Sendable, Hashable, Codable {
    public let count: Int64
    /// Those that were changed last, for people; at most a few.
    public let newest: [String]

    public init(count: Int64, newest: [String]) {
      self.count = count
      self.newest = newest
    }
  }

  public init(name: String, digest: Digest, file: String? = nil, group: Group? = nil) {
    self.name = name
    self.digest = digest
    self.file = file
    self.group = group
  }
}

public struct GateDecided: Sendable, Hashable, Codable {
  public enum Decision: String, Sendable, Hashable, Codable {
    case approved, refused
    /// An approval is taken back by the account that gave it.
    case withdrawn
  }

  public enum Means: String, Sendable, Hashable, Codable {
    case terminal, flag, approveCommand, sandbox
  }

  public let gate: String
  public let decision: Decision
  public let means: Means
  /// The content that was decided on.
  public let digest: Digest
  /// Why, where the person said so.
  public let reason: String?

  public init(
    gate: String, decision: Decision, means: Means, digest: Digest, reason: String? = nil
  ) {
    self.reason = reason
    self.gate = gate
    self.decision = decision
    self.means = means
    self.digest = digest
  }
}

extension GateItem {
  public func mapTexts(
    _ transform: (String) -> String, values: (Value) -> Value
  ) -> GateItem {
    StoredTexts.map(self, transform, values)
  }
}
