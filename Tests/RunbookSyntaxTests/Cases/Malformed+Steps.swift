import RunbookModel
import RunbookSyntax

extension DiagnosticCode {
  static let expressionSyntaxCode = DiagnosticCode(200)
  static let templateUnclosedCode = DiagnosticCode(206)
}

extension Malformed {
  static let steps: [Malformed] = [
    .steps("text for a step", .wrongShape, "- ▸SELECT 1"),
    .steps("a step without an id", .missingKey, "- ▸sql: SELECT 1"),
    .steps("a step without a kind", .kindMissing, hint: "sql, shell", "- {id: ▸a, title: x}"),
    .steps("a misspelt kind", .unknownKind, hint: "`shell`", "- {id: a, ▸shel: ls}"),
    .steps(
      "a kind nobody knows", .unknownKind, hint: "the kinds are", "- {id: a, ▸kubernetes: ls}"),
    .steps("two kinds", .severalKinds, "- {id: a, sql: SELECT 1, ▸shell: ls}"),
    .steps(
      "a misspelt key of a step", .unknownKey, hint: "`when`",
      "- id: a\n  sql: SELECT 1\n  ▸whne: true"),
    .steps(
      "an id twice", .duplicateStep, hint: "line 3",
      "- {id: a, sql: SELECT 1}\n- {id: ▸a, sql: SELECT 1}"),
    .steps("an id with capitals", .badName, "- {id: ▸Check, sql: SELECT 1}"),
    .steps("an empty id", .badName, "- {id: ▸\"\", sql: SELECT 1}"),
    .steps("a list for an id", .wrongShape, "- {id: ▸[a], sql: SELECT 1}"),
    .steps("confirms out of detection", .notInPhase, "- {id: a, sql: SELECT 1, ▸confirms: true}"),
    .steps("a gate in verification", .notInPhase, "- {id: a, sql: SELECT 1, ▸gate: true}"),
    .phase(
      "detection", "a trial in detection", .notInPhase, "- {id: a, sql: SELECT 1, ▸trial: true}"),
    .phase(
      "recovery", "a trial in recovery", .notInPhase, "- {id: a, sql: SELECT 1, ▸trial: true}"),
    .phase(
      "timeline", "confirms in the timeline", .notInPhase,
      "- {id: a, sql: SELECT 1, ▸confirms: true}"),
    .phase(
      "recovery", "a gate for nobody", .badInteger,
      "- {id: a, sql: SELECT 1, gate: {approvals: ▸0}}"),
    .phase(
      "recovery", "a gate for ten", .badInteger, "- {id: a, sql: SELECT 1, gate: {approvals: ▸10}}"),
    .phase("recovery", "a gate in words", .badBool, "- {id: a, sql: SELECT 1, gate: ▸please}"),
    .phase("recovery", "a list for a gate", .wrongShape, "- {id: a, sql: SELECT 1, gate: ▸[1]}"),
    .phase(
      "recovery", "settled by two probes", .exactlyOne,
      "- {id: a, sql: X, settle: {sql: A, ▸shell: b, done: \"true\"}}"),
    .phase(
      "recovery", "settled by none", .exactlyOne, "- {id: a, sql: X, ▸settle: {done: \"true\"}}"),
    .phase(
      "recovery", "settled without a word", .missingKey, "- {id: a, sql: X, ▸settle: {sql: A}}"),
    .phase(
      "recovery", "an effect that is none", .badChoice, hint: "`readOnly`",
      "- {id: a, sql: X, effect: ▸readonly}"),
    .steps("a retry without a pause", .missingKey, "- {id: a, sql: X, retry: {▸attempts: 3}}"),
    .steps("a retry without an end", .exactlyOne, "- {id: a, sql: X, retry: {▸every: 1s}}"),
    .steps(
      "a retry whose end is no duration", .badDuration,
      "- {id: a, sql: X, retry: {every: 1s, for: ▸soon}}"),
    .steps("a number for a retry", .wrongShape, "- {id: a, sql: X, retry: ▸3}"),
    .steps(
      "a capture named as a result", .reservedName, "- {id: a, sql: X, capture: {▸rows: rows}}"),
    .steps(
      "a capture twice", .nameClash,
      "- {id: a, sql: X, capture: {n: rows}}\n- {id: b, sql: X, capture: {▸n: rows}}"),
    .steps(
      "a capture without a value", .missingKey, "- {id: a, sql: X, capture: {n: {▸default: 1}}}"),
    .steps("a list for captures", .wrongShape, "- {id: a, sql: X, capture: ▸[n]}"),
    .steps(
      "a kind's unknown key", .unknownKey, hint: "`lock_timeout`",
      "- {id: a, sql: {text: X, ▸lock_timout: 1s}}"),
    .steps("text for a request", .wrongShape, "- {id: a, http: ▸GET x}"),
    .steps("nothing for a kind", .wrongShape, "- {id: a, sql: ▸~}"),
  ]

  static let values: [Malformed] = [
    .steps(
      "a duration without a unit", .badDuration, hint: "30s", "- {id: a, sql: X, timeout: ▸30}"),
    .steps("a duration of zero", .badDuration, "- {id: a, sql: X, timeout: ▸0s}"),
    .steps("a duration in the wrong order", .badDuration, "- {id: a, sql: X, timeout: ▸30s5m}"),
    .steps("a duration with a space", .badDuration, "- {id: a, sql: X, timeout: ▸5 m}"),
    .steps("a duration too long", .badDuration, "- {id: a, sql: X, timeout: ▸999999999999999d}"),
    .steps("a duration below zero", .badDuration, "- {id: a, sql: X, timeout: ▸-5s}"),
    .steps("a number in words", .badInteger, "- {id: a, http: {get: x, redirects: ▸many}}"),
    .steps("a number out of range", .badInteger, "- {id: a, http: {get: x, redirects: ▸21}}"),
    .steps("a number with a fraction", .badInteger, "- {id: a, http: {get: x, redirects: ▸1.5}}"),
    .steps("a choice that is none", .badChoice, "- {id: a, sql: {text: X, transaction: ▸never}}"),
    .steps("an expression cut off", .expressionSyntaxCode, "- id: a\n  sql: X\n  when: 1 +▸"),
    .steps(
      "an expression in quotes", .expressionSyntaxCode, "- id: a\n  sql: X\n  when: \"1 ▸) 2\""),
    .steps(
      "an expression in a list", .expressionSyntaxCode,
      "- id: a\n  sql: X\n  expect:\n    - \"true\"\n    - 1 ▸1"),
    .steps(
      "an expression in a block", .expressionSyntaxCode,
      "- id: a\n  sql: X\n  when: |\n    1 ==\n      ▸) 2"),
    .steps("no expectations", .emptyList, "- {id: a, sql: X, expect: ▸[]}"),
    .steps("nothing for an expression", .wrongShape, "- {id: a, sql: X, when: ▸null}"),
    .steps(
      "a value in a script", .valueInText, hint: "env:",
      "- id: a\n  shell: |\n    set -e\n    rm ▸${{ inputs.a }}"),
    .steps("a value in SQL", .valueInText, hint: ":name", "- {id: a, sql: \"SELECT ▸${{ 1 }}\"}"),
    .steps("a value in a title", .valueInText, "- {id: a, sql: X, title: \"é ▸${{ 1 }}\"}"),
    .steps("a file without a folder", .fileMissing, "- {id: a, sql: {file: ▸a.sql}}"),
  ]
}
