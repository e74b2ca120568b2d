import RunbookModel
import RunbookSyntax

extension Malformed {
  static let drills: [Malformed] = [
    .drill("no title", .missingKey, "{▸injects: []}"),
    .drill(
      "an unknown key", .unknownKey, hint: "`scenario`",
      "{title: t, ▸scenaro: x, injects: []}"),
    .drill(
      "an inject's unknown key", .unknownKey, hint: "`expected`",
      "{title: t, injects: [{id: a, text: x, ▸expectd: y}]}"),
    .drill(
      "a time that is none", .badDuration,
      "{title: t, injects: [{id: a, text: x, at: ▸soon}]}"),
    .drill(
      "a time and an event", .exactlyOne,
      "{title: t, injects: [{id: a, text: x, at: 5m, ▸on: start}]}"),
    .drill(
      "two events", .exactlyOne,
      "{title: t, injects: [{id: a, text: x, on: {▸started: a, failed: a}}]}"),
    .drill(
      "`is` without an answer", .exactlyOne,
      "{title: t, injects: [{id: a, text: x, on: {started: a, ▸is: b}}]}"),
    .drill(
      "a word that is no trigger", .badChoice, hint: "`hand`",
      "{title: t, injects: [{id: a, text: x, on: ▸hands}]}"),
    .drill(
      "two injects of one name", .duplicateDrillName,
      "{title: t, injects: [{id: a, text: x}, {id: ▸a, text: y}]}"),
    .drill(
      "a question named as an inject", .duplicateDrillName,
      "{title: t, injects: [{id: a, text: x}], questions: [{id: ▸a, text: y}]}"),
    .drill(
      "an expectation without a judge", .exactlyOne,
      "{title: t, injects: [], expectations: [{id: ▸a, title: x}]}"),
    .drill(
      "an expectation with two judges", .exactlyOne,
      "{title: t, injects: [], expectations: [{id: ▸a, title: x, expect: 'true', facilitator: y}]}"),
    .drill(
      "an artefact's file that is not there", .fileMissing,
      "{title: t, injects: [{id: a, text: x, artefact: {file: ▸none.log}}]}"),
    .drill(
      "an artefact's unknown key", .unknownKey, hint: "`file`",
      "{title: t, injects: [{id: a, text: x, artefact: {▸fil: a.log}}]}"),
    .drill(
      "an event that is none", .unknownKey, hint: "`started`",
      "{title: t, injects: [{id: a, text: x, on: {▸startd: a}}]}"),
    .drill(
      "a judge that is none", .unknownKey, hint: "`facilitator`",
      "{title: t, injects: [], expectations: [{id: a, title: x, ▸facilitater: y}]}"),
    .drill(
      "an empty artefact", .exactlyOne,
      "{title: t, injects: [{id: a, text: x, ▸artefact: {title: z}}]}"),
  ]

  private static func drill(
    _ name: String, _ code: DiagnosticCode, hint: String? = nil, _ drill: String
  ) -> Malformed {
    .top("a drill: " + name, code, hint: hint, "drill: " + drill)
  }
}
