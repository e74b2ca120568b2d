import RunbookModel

/// All that a report says, section by section, before any format writes it.
struct ReportFacts: Sendable {
  let head: HeadFacts
  let summary: SummaryFacts
  let keyTimes: KeyTimeFacts
  let timeline: TimelineFacts
  /// All of the run's steps, in the runbook's order.
  let steps: [StepFacts]
  let impact: ImpactFacts
  let rootCause: RootCauseFacts
  let dataLoss: DataLossFacts
  let resolution: ResolutionFacts
  let safeguards: SafeguardFacts
  let prevention: PreventionFacts
  let verification: VerificationFacts
  let responders: ResponderFacts
  let signOff: SignOffFacts
  let recoveryCommands: RecoveryCommandFacts
  var evidence: EvidenceFacts
  let provenance: ProvenanceFacts

  init(_ history: RunHistory, isPublic: Bool = false) {
    let authored = AuthoredReport(history, isPublic: isPublic)
    head = HeadFacts(history, authored, isPublic: isPublic)
    summary = SummaryFacts(history, authored)
    keyTimes = KeyTimeFacts(history, authored)
    timeline = TimelineFacts(history, keyTimes)
    steps = history.steps.map { StepFacts($0) }
    impact = ImpactFacts(history, authored)
    rootCause = RootCauseFacts(history, authored)
    dataLoss = DataLossFacts(history, authored)
    resolution = ResolutionFacts(history, authored)
    safeguards = SafeguardFacts(history, authored)
    prevention = PreventionFacts(history, authored)
    verification = VerificationFacts(history)
    responders = ResponderFacts(history)
    signOff = SignOffFacts(history, authored)
    recoveryCommands = RecoveryCommandFacts(history)
    evidence = EvidenceFacts(history)
    provenance = ProvenanceFacts(history)
  }
}
