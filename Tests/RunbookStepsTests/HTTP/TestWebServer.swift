import Foundation
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSteps
@testable import RunbookSystem

/// A real server on this machine's loopback or on a socket, in a process of its own.
struct TestWebServer {
  let folder: String
  /// `http://127.0.0.1:PORT`, or with https.
  let url: String
  /// What it prints: a line when a request came that it never answers.
  let printed: AsyncStream<String>

  enum Sort { case plain, tls, socket }

  static let environment = ["PATH": "/usr/bin:/bin:/usr/local/bin"]

  /// Runs a test against a server, which ends with it.
  static func run(
    _ sort: Sort = .plain, _ body: @Sendable (TestWebServer) async throws -> Void
  ) async throws {
    let fixture = try AttemptFixture()
    let program = try fixture.file("server.py", source)
    if sort == .tls { try await makeCertificates(in: fixture.folder) }
    let lines = AsyncStream<String>.makeStream()
    let process = ChildProcess(
      command: ["python3", "-u", program, fixture.folder, "\(sort)"], environment: environment,
      timeout: .seconds(900), grace: .milliseconds(10))
    let server = Task {
      try await process.perform { stream, bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if stream == .standardOutput { lines.continuation.yield(text) }
      }
    }
    defer { server.cancel() }
    var address = ""
    for await text in lines.stream {
      address += text
      if address.hasSuffix("\n") { break }
    }
    try await body(
      TestWebServer(
        folder: fixture.folder, url: String(address.dropLast()), printed: lines.stream))
    server.cancel()
    _ = try await server.value
  }

  private static func makeCertificates(in folder: String) async throws {
    let script = """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=test-authority -keyout ca.key -out ca.pem
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
        -keyout server.key -out server.csr
      printf 'subjectAltName=IP:127.0.0.1,DNS:localhost' > server.ext
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -extfile server.ext -out server.pem
      """
    let output = try await ChildProcess.run(
      ["sh", "-eu", "-c", script], environment: environment, workingDirectory: folder)
    try #require(output.exitCode == 0, "\(output.stderr)")
  }

  private static let source = """
    import functools, gzip, http.server, json, os, socket, ssl, sys, threading, zlib
    folder, sort = sys.argv[1], sys.argv[2]

    @functools.cache
    def packed():
        # A quarter of a gibibyte of zeros, in a quarter of a mebibyte.
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        piece = bytes(1 << 20)
        return b"".join(packer.compress(piece) for _ in range(256)) + packer.flush()

    # "{}" again and again, so that a part of it is a text too.
    plain = b'{"a": [' + b"1, " * 3000 + b"2]}"
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    codings = {
        "gzip": gzip.compress(plain), "x-gzip": gzip.compress(plain), "deflate": zlib.compress(plain),
        "raw": raw.compress(plain) + raw.flush(),
        "zstd": open(os.path.join(folder, "packed.zst"), "rb").read()
                if os.path.exists(os.path.join(folder, "packed.zst")) else b"",
        "gzip,deflate": zlib.compress(gzip.compress(plain)),
    }

    class Answers(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *arguments): pass
        def address_string(self): return "client"
        def send(self, status, body, headers=()):
            self.send_response(status)
            for name, value in headers: self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD": self.wfile.write(body)
        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length).decode()
            path = self.path
            if path.startswith("/to/"):
                self.send(302, b"", [("Location", path[4:])])
            elif path.startswith("/keep/"):
                self.send(307, b"", [("Location", path[6:])])
            elif path.startswith("/status/"):
                self.send(int(path[8:]), b"what happened")
            elif path == "/large":
                self.send(200, b"0123456789" * 100000)
            elif path == "/pack":
                packed()
                self.send(200, b"")
            elif path == "/packed":
                self.send(200, packed(), [("Content-Encoding", "gzip")])
            elif path.startswith("/coded/"):
                # /coded/CODING/SENT/TOTAL: the first SENT of TOTAL parts, as if they were all.
                coding, sent, total = path[7:].split("/")
                body = codings[coding]
                body = body[:len(body) * int(sent) // int(total)]
                self.send(200, body, [("Content-Encoding", "deflate" if coding == "raw" else coding)])
            elif path == "/trailer-cut":
                self.send(200, codings["gzip"][:-8], [("Content-Encoding", "gzip")])
            elif path == "/behind":
                self.send(200, codings["deflate"] + b"more", [("Content-Encoding", "deflate")])
            elif path == "/strange":
                self.send(200, b"abc", [("Content-Encoding", "rot13")])
            elif path == "/on-the-way":
                body = codings["gzip"]
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n")
                self.wfile.write(b"%x\\r\\n" % len(body) + body + b"\\r\\n0\\r\\n\\r\\n")
            elif path in ("/nothing", "/nothing-said"):
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n")
                self.wfile.write(b"Content-Length: 0\\r\\n" if path == "/nothing-said" else b"")
                self.wfile.write(b"Connection: close\\r\\n\\r\\n")
                self.close_connection = True
            elif path == "/heads":
                self.wfile.write(
                    b"HTTP/1.1 103 Early\\r\\nX-Early: 1\\r\\n\\r\\n"
                    b"HTTP/1.1 200 OK\\r\\nX-Folded: a\\r\\n b: c\\r\\n\\td\\r\\nTrailer: X-Late\\r\\n"
                    b"Set-Cookie: a=1; Expires=Sat, 18 Oct 2025 22:01:13 GMT\\r\\nSet-Cookie: b=2\\r\\n"
                    b"X-Late: early\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n"
                    b"X-Late: late\\r\\nHTTP/1.1: 500\\r\\n\\r\\n")
            elif path == "/twice":
                self.send(200, b"", [("X-Name", "one"), ("X-Name", "two")])
            elif path == "/latin-headers":
                # send_header encodes as Latin-1, as the protocol once had it.
                self.send(200, b"{}", [("X-Name", "caf\\u00e9"), ("X-Name", "b"), ("X-Other", "fine")])
            elif path == "/repeated":
                self.send(200, b'{"a": 1, "a": 2}', [("Content-Type", "application/json; charset=x")])
            elif path == "/latin":
                self.send(200, b"caf\\xe9")
            elif path == "/never":
                print("asked")
                threading.Event().wait()
            elif path in ("/cut", "/other"):
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Le" if path == "/cut" else b"SSH-2.0-x\\r\\n")
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            elif path == "/broken":
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nsome")
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            else:
                seen = {"method": self.command, "path": path, "body": sent,
                        "headers": {k.lower(): v for k, v in self.headers.items()}}
                self.send(200, json.dumps(seen).encode(), [("Content-Type", "application/json")])
        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        def server_bind(self):
            if sort == "socket":
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.bind(os.path.join(folder, "socket"))
            else:
                super().server_bind()

    server = Server(("127.0.0.1", 0), Answers, bind_and_activate=False)
    server.server_bind()
    server.server_activate()
    if sort == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    if sort == "socket":
        print("http://localhost")
    else:
        print(("https" if sort == "tls" else "http") + "://127.0.0.1:%d" % server.server_address[1])
    server.serve_forever()
    """
}
