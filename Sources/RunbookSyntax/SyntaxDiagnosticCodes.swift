public import RunbookModel

/// Files and YAML.
extension DiagnosticCode {
  public static let fileMissing = DiagnosticCode(1)
  public static let fileUnreadable = DiagnosticCode(2)
  /// A directory or a device where a file is wanted.
  public static let notAFile = DiagnosticCode(3)
  public static let fileTooLarge = DiagnosticCode(4)
  public static let notUTF8 = DiagnosticCode(5)
  public static let controlCharacter = DiagnosticCode(6)
  /// libyaml cannot read it.
  public static let yamlSyntax = DiagnosticCode(10)
  public static let duplicateKey = DiagnosticCode(11)
  public static let tag = DiagnosticCode(12)
  public static let severalDocuments = DiagnosticCode(13)
  public static let emptyDocument = DiagnosticCode(14)
  public static let tooDeep = DiagnosticCode(15)
  public static let tooManyAliases = DiagnosticCode(16)
  /// An alias inside of what it stands for.
  public static let selfAlias = DiagnosticCode(17)
  public static let undefinedAlias = DiagnosticCode(18)
  public static let complexKey = DiagnosticCode(19)
  /// A key of data that is neither text, a whole number nor a bool.
  public static let dataKey = DiagnosticCode(20)
  public static let numberTooLarge = DiagnosticCode(21)
  /// How many diagnostics there are beside those that are listed.
  public static let moreDiagnostics = DiagnosticCode(22)
}

/// The file format.
extension DiagnosticCode {
  public static let wrongShape = DiagnosticCode(100)
  public static let missingKey = DiagnosticCode(101)
  public static let badDuration = DiagnosticCode(102)
  public static let badInteger = DiagnosticCode(103)
  public static let unknownKey = DiagnosticCode(104)
  public static let badName = DiagnosticCode(105)
  public static let badChoice = DiagnosticCode(106)
  public static let badBool = DiagnosticCode(107)
  public static let kindMissing = DiagnosticCode(108)
  public static let severalKinds = DiagnosticCode(109)
  public static let unknownKind = DiagnosticCode(110)
  public static let duplicateStep = DiagnosticCode(111)
  public static let nameClash = DiagnosticCode(112)
  public static let reservedName = DiagnosticCode(113)
  public static let notInPhase = DiagnosticCode(114)
  /// A `${{` in a text that takes no values.
  public static let valueInText = DiagnosticCode(115)
  /// A path that leaves the runbook's folder.
  public static let pathOutside = DiagnosticCode(116)
  public static let emptyList = DiagnosticCode(117)
  public static let noSteps = DiagnosticCode(118)
  public static let noDetection = DiagnosticCode(119)
  public static let noVerification = DiagnosticCode(120)
  public static let secretType = DiagnosticCode(121)
  public static let secretDefault = DiagnosticCode(122)
  public static let defaultMismatch = DiagnosticCode(123)
  /// A key that does not go with the input's type, or is missing for it.
  public static let inputShape = DiagnosticCode(124)
  /// Two keys of which there must be one.
  public static let exactlyOne = DiagnosticCode(125)
}

/// Drills, as far as their form goes.
extension DiagnosticCode {
  /// Two things of one sort with one id.
  public static let duplicateDrillName = DiagnosticCode(800)
  /// `drill:` in the runbook, and `drill.yaml` beside it.
  public static let twoDrills = DiagnosticCode(801)
}
