/// What an answer to a request tells by its status: of the simulated ones as of the real ones.
public struct HTTPAnswer: Sendable {
  let method: String
  let status: Int
  let isFollowing: Bool

  /// - Parameters:
  ///   - method: in capital letters.
  ///   - isFollowing: whether the author wants redirects to be followed.
  public init(to method: String, status: Int, isFollowing: Bool) {
    self.method = method
    self.status = status
    self.isFollowing = isFollowing
  }

  /// Whether the answer is a redirect that leads nowhere: nothing was followed, and it is no answer to what was asked.
  /// That of 303 is, where its page is not wanted (RFC 9110, section 15.4.4).
  public var isUnfollowed: Bool {
    (300..<400).contains(status)
      && (isFollowing || status != 303 || ["GET", "HEAD"].contains(method))
  }

  /// Whether a second such request changes no more than the first: only these are repeated by themselves
  /// (RFC 9110, section 9.2.2).
  public var isIdempotent: Bool {
    ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(method)
  }

  /// Whether it leaves open what the request did: a gateway had no answer itself (RFC 9110, sections 15.6.3 and 15.6.5).
  /// An error of the server, its word that it waited too long for the request (section 15.5.9), or a redirect that is not
  /// followed, says nothing of what was done by then: where a second request would do it twice, that is open too.
  public var leavesEffectOpen: Bool {
    if [502, 504].contains(status) { return true }
    return !isIdempotent && (status >= 500 || status == 408 || isUnfollowed)
  }
}
