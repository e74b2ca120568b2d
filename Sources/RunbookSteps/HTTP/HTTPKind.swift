package import RunbookEngine
package import RunbookModel
package import RunbookSystem

/// `http:` one request, through libcurl.
package struct HTTPKind: StepKind {
  package static let methods = ["get", "head", "post", "put", "patch", "delete"]

  package let now: @Sendable () -> Timestamp
  private let confinement: Confinement?

  /// - Parameters:
  ///   - now: this host's clock, for the offset of the server's.
  ///   - confinement: what may be asked; nil is everything.
  package init(now: @escaping @Sendable () -> Timestamp, confinement: Confinement? = nil) {
    self.now = now
    self.confinement = confinement
  }

  package var spec: KindSpec {
    KindSpec(
      "http",
      .fields(
        Self.methods.map { FieldSpec($0, .template, "The URL of a \($0.uppercased()) request") } + [
          FieldSpec("headers", .map(.template), "The request's headers"),
          FieldSpec("body", .template, "What is sent"),
          FieldSpec("json", .data, "What is sent as JSON; ${{ }} may stand in its strings"),
          FieldSpec("ca", .template, "A file with the certificates that are trusted"),
          FieldSpec("client_certificate", .template, "A file with the certificate to show (PEM)"),
          FieldSpec("client_key", .template, "A file with that certificate's key (PEM)"),
          FieldSpec("unix_socket", .template, "A socket to connect to instead of the host"),
          FieldSpec("follow_redirects", .bool, "Whether redirects are followed, up to 10 (true)"),
          FieldSpec(
            "output_limit", .int(0...16_777_216),
            "Bytes of the body stored in the result (262144); all of a longer one goes to a file"),
        ]),
      results: [
        ResultSpec("status", "int", "The status, such as 200", isPublic: true),
        ResultSpec(
          "url", "string", "The URL that answered, behind redirects, without credentials"),
        ResultSpec(
          "headers", "map",
          "By their names in lower case; repeated ones joined by `, `, `set-cookie` a list"),
        ResultSpec("body", "string", "The body as text; output_limit bytes of it are stored"),
        ResultSpec("json", "", "The body's value when it is JSON, else null"),
        ResultSpec(
          "elapsed", "duration", "From the request's start to the body's end", isPublic: true),
        ResultSpec(
          "clock_offset", "duration",
          "The server's clock less this host's, by its Date header, to half a second and half of the "
            + "last answer's time; null without one, and for an answer from a cache"),
      ], work: WorkSpec(.http, in: Self.methods, areKeysVerbs: true),
      "Makes one HTTP request")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    var found = step.check(exactlyOneOf: Self.methods)
    if Self.method(of: step).map(Self.isSafe) != true {
      found += step.checkDeclaredEffect("a request that is not GET or HEAD")
    }
    if step.body["body"] != nil, step.body["json"] != nil {
      found.append(
        Diagnostic(
          .error, .bodyAndJSON, "`body` and `json` are both here, and a request has one body",
          at: step.body.place(of: "json"), hint: "remove one of them"))
    }
    if let key = step.body["json"]?.data.flatMap(Self.templateInKey) {
      found.append(
        Diagnostic(
          .error, .templateInKey, "a key of `json` is sent as it stands, and holds \(key)",
          at: step.body.place(of: "json"), hint: "write the request with `body:`"))
    }
    for field in step.body["headers"]?.fields?.all ?? [] where !Self.isToken(field.name) {
      found.append(
        Diagnostic(
          .error, .headerName, "`\(field.name)` cannot be a header's name", at: field.place,
          hint: "use letters, digits and `-`"))
    }
    return found
  }

  /// Only values are rendered.
  private static func templateInKey(_ value: Value) -> String? {
    switch value {
    case .list(let items): items.lazy.compactMap(templateInKey).first
    case .map(let map):
      map.pairs.lazy.compactMap { pair in
        let key = pair.key.stringValue ?? ""
        return key.holds("${{") ? "`\(key)`" : templateInKey(pair.value)
      }.first
    default: nil
    }
  }

  package func effect(of step: Step) -> Effect? {
    step.effect(
      unlessDeclared: Self.method(of: step).map(Self.isSafe) == true ? .readOnly : .undetermined)
  }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let method = Self.method(of: step), let url = step.body[method]?.text else {
      throw StepFailure(.invalid, "step '\(step.id)' has no URL (\(step.place))")
    }
    let fields = HTTPFields(step: step, context: context)
    var request = HTTPRequest(
      method: method.uppercased(),
      url: String(try context.renderURL(url).trimming { $0.isWhitespace }),
      headers: try fields.headers
    )
    request.body = try fields.body
    if step.body["json"] != nil, !request.hasHeader("content-type") {
      request.headers.append(
        .init(name: "Content-Type", value: "application/json", isAuthored: false))
    }
    request.certificateAuthority = try fields.path("ca")
    request.clientCertificate = try fields.path("client_certificate")
    request.clientKey = try fields.path("client_key")
    request.socket = try fields.path("unix_socket")
    do throws(HTTPURL.Problem) {
      // As it was read, so that nothing is asked that was not looked at.
      request.url = try HTTPURL(request.url).text
    } catch {
      guard error == .noLibrary else {
        throw StepFailure(
          .invalid, "not an http or https URL (\(url.place))",
          hint: "a URL begins with http:// or https://")
      }
    }
    return HTTPActivity(
      step: step, request: request, isSafe: Self.isSafe(method), now: now,
      confinement: confinement)
  }

  private static func method(of step: Step) -> String? {
    methods.first { step.body[$0] != nil }
  }

  /// Safe methods only read: RFC 9110, section 9.2.1.
  private static func isSafe(_ method: String) -> Bool { method == "get" || method == "head" }

  private static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }
}

/// Reads a step's fields with their values put in.
private struct HTTPFields {
  let step: Step
  let context: BindingContext

  var headers: [HTTPRequest.Header] {
    get throws(StepFailure) {
      var headers: [HTTPRequest.Header] = []
      for field in step.body["headers"]?.fields?.all ?? [] {
        guard let template = field.value.text else { continue }
        let value = try context.render(template)
        guard !value.utf8.contains(where: { $0 < 32 && $0 != 9 }) else {
          throw StepFailure(
            .invalid, "the header `\(field.name)` holds a line break (\(field.place))")
        }
        headers.append(.init(name: field.name, value: value))
      }
      return headers
    }
  }

  var body: String? {
    get throws(StepFailure) {
      if let text = step.body["body"]?.text { return try context.render(text) }
      guard let data = step.body["json"]?.data else { return nil }
      return try rendered(data).json
    }
  }

  func path(_ name: String) throws(StepFailure) -> String? {
    guard let template = step.body[name]?.text else { return nil }
    return try context.renderPath(template)
  }

  private func rendered(_ value: Value) throws(StepFailure) -> Value {
    switch value {
    case .string(let text):
      let source = SourceText(text, at: step.body.place(of: "json"), layout: .opaque)
      return try context.renderValue(source)
    case .list(let items):
      var result: [Value] = []
      for item in items { result.append(try rendered(item)) }
      return .list(result)
    case .map(let map):
      var result = ValueMap()
      for (key, value) in map.pairs { result[key] = try rendered(value) }
      return .map(result)
    default:
      return value
    }
  }
}
