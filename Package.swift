// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "runbook",
  products: [.executable(name: "runbook", targets: ["runbook"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLibPGQuery", providers: [.apt(["libpg-query-dev"])]),
    .target(name: "CLinux"),
    .target(name: "CCurl"),
    .target(name: "CZlib"),
    .target(name: "CLibPQ"),
    .target(name: "CSHA256", linkerSettings: [.linkedLibrary("md")]),
    .target(name: "RunbookModel", dependencies: ["CSHA256"]),
    .target(name: "RunbookExpression", dependencies: ["RunbookModel"]),
    .target(
      name: "RunbookSyntax", dependencies: ["RunbookModel", "RunbookExpression", "CLibYAML"]),
    .target(name: "RunbookEngine", dependencies: ["RunbookModel", "RunbookExpression"]),
    .target(
      name: "RunbookStore",
      dependencies: [
        "RunbookModel", "RunbookEngine", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "RunbookSystem",
      dependencies: [
        "RunbookModel", "CLinux", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "RunbookPostgres",
      dependencies: [
        "RunbookModel", "RunbookEngine", "RunbookSystem", "CLibPQ",
        "CLibPGQuery",
      ]),
    .target(
      name: "RunbookRecovery",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookEngine", "RunbookSystem", "RunbookPostgres",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "RunbookLogs",
      dependencies: [
        "RunbookModel", "RunbookEngine", "RunbookSystem", "CZlib",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "RunbookMigrations",
      dependencies: [
        "RunbookModel", "RunbookEngine", "RunbookSystem", "RunbookPostgres",
      ],
      resources: [.embedInCode("Programs")]),
    .target(
      name: "RunbookSandbox",
      dependencies: [
        "RunbookModel", "RunbookEngine", "RunbookSystem", "RunbookPostgres", "CLinux",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "RunbookSteps",
      dependencies: [
        "RunbookModel", "RunbookEngine", "RunbookSystem", "CCurl",
      ]),
    .target(name: "RunbookDocument", dependencies: ["RunbookModel"]),
    .target(
      name: "RunbookReport",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookDocument",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Templates")]),
    .target(
      name: "RunbookDrill",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookEngine", "RunbookDocument",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Templates"), .embedInCode("style.html.mustache")]),
    .executableTarget(
      name: "runbook",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookSyntax", "RunbookEngine", "RunbookStore",
        "RunbookSystem", "RunbookPostgres", "RunbookRecovery", "RunbookLogs", "RunbookMigrations",
        "RunbookSandbox", "RunbookSteps", "RunbookReport", "RunbookDrill", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "RunbookTestSupport", path: "Tests/Support", exclude: ["Programs"]),
    .executableTarget(
      name: "crash-test",
      dependencies: [
        "RunbookModel", "RunbookTestSupport", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/CrashTest"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "RunbookTestSupport", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz"),
    .testTarget(name: "RunbookModelTests", dependencies: ["RunbookModel", "RunbookTestSupport"]),
    .testTarget(
      name: "RunbookExpressionTests",
      dependencies: ["RunbookModel", "RunbookExpression", "RunbookTestSupport"]),
    .testTarget(
      name: "RunbookSyntaxTests",
      dependencies: ["RunbookModel", "RunbookExpression", "RunbookSyntax", "RunbookTestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "RunbookEngineTests",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookEngine", "RunbookDrill", "RunbookReport",
        "RunbookTestSupport",
      ]),
    .testTarget(
      name: "RunbookStoreTests",
      dependencies: ["RunbookModel", "RunbookEngine", "RunbookStore", "RunbookTestSupport"]),
    .testTarget(
      name: "RunbookStepsTests",
      dependencies: [
        "RunbookModel", "RunbookDocument", "RunbookExpression", "RunbookEngine", "RunbookSystem",
        "RunbookPostgres", "RunbookRecovery", "RunbookLogs", "RunbookMigrations", "RunbookSandbox",
        "RunbookSteps", "RunbookTestSupport",
      ]),
    .testTarget(
      name: "RunbookDocumentTests",
      dependencies: ["RunbookModel", "RunbookDocument", "RunbookTestSupport"]),
    .testTarget(
      name: "RunbookReportTests",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookDocument", "RunbookReport", "RunbookStore",
        "RunbookTestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "RunbookDrillTests",
      dependencies: [
        "RunbookModel", "RunbookExpression", "RunbookEngine", "RunbookDrill",
        "RunbookSyntax", "RunbookSystem", "RunbookPostgres", "RunbookRecovery", "RunbookLogs",
        "RunbookMigrations", "RunbookSandbox", "RunbookSteps", "RunbookTestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "RunbookCommandTests",
      dependencies: [
        "runbook", "RunbookModel", "RunbookEngine", "RunbookStore", "RunbookSystem",
        "RunbookPostgres",
        "RunbookRecovery", "RunbookLogs", "RunbookMigrations", "RunbookSandbox", "RunbookSteps",
        "RunbookTestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
}
