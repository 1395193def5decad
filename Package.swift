// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target.
let house: [SwiftSetting] = [
    // SE-0335: write `any` where a box is meant.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0444: an extension member is visible only in a file that imports its module.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0409: an import is internal unless it says `public import`.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0443: a warning is a fault.
    .treatAllWarnings(as: .error),
    // Failpoints stand in debug builds only; see Sources/Failpoints.
    .define("FAILPOINTS", .when(configuration: .debug)),
]

let package = Package(
    name: "bihuan",
    products: [
        .executable(name: "bihuan", targets: ["bihuan"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // MARK: Floor 0: C libraries of Debian
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

        // MARK: Floor 1: pure rules, and the wire to PostgreSQL
        .target(name: "BihuanDomain", swiftSettings: house),
        .target(name: "Failpoints", swiftSettings: house),
        .target(
            name: "Postgres",
            dependencies: [
                "CLibPQ",
                "Failpoints",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house + [.strictMemorySafety()]
        ),

        // MARK: Floor 2: the one way a case moves
        .target(
            name: "BihuanStore",
            dependencies: [
                "BihuanDomain",
                "CSodium",
                "Failpoints",
                "Postgres",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house
        ),

        // MARK: Floor 3: doors and clocks
        .target(
            name: "BihuanHTTP",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "Failpoints",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "BihuanLine",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "Failpoints",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "BihuanWorkers",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "Failpoints",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),

        // MARK: Floor 4: commands and composition
        .executableTarget(
            name: "bihuan",
            dependencies: [
                "BihuanDomain",
                "BihuanHTTP",
                "BihuanLine",
                "BihuanStore",
                "BihuanWorkers",
                "CMalloc",
                "Failpoints",
                "Postgres",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house
        ),

        // MARK: Tests: on a real PostgreSQL, as the real roles
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: house),
        .target(
            name: "DomainTestSupport", dependencies: ["BihuanDomain"], path: "Tests/DomainTestSupport",
            swiftSettings: house),
        .target(name: "TestSupport", dependencies: ["Postgres"], path: "Tests/TestSupport", swiftSettings: house),
        .target(
            name: "StoreTestSupport",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "Postgres",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/StoreTestSupport",
            swiftSettings: house
        ),
        .target(
            name: "HistoryChecker",
            dependencies: ["Postgres"],
            path: "Tests/HistoryChecker",
            swiftSettings: house
        ),
        // Not a product: deploy/fault/run and FaultTests use it.
        .executableTarget(
            name: "FaultRig",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "Failpoints",
                "HistoryChecker",
                "Postgres",
                "SeededRandom",
                "StoreTestSupport",
                "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/FaultRig",
            swiftSettings: house
        ),
        // Not a product: deploy/models/deadlines uses it.
        .executableTarget(
            name: "DeadlineProbe", dependencies: ["BihuanDomain", "DomainTestSupport"], path: "Tests/DeadlineProbe",
            swiftSettings: house),
        // Not a product: deploy/models/schema uses it.
        .executableTarget(
            name: "PlanProbe", dependencies: ["BihuanDomain", "BihuanStore"], path: "Tests/PlanProbe",
            swiftSettings: house),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "Failpoints",
                "FaultRig",
                "HistoryChecker",
                "Postgres",
                "StoreTestSupport",
                "TestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: [
                "Postgres",
                "SeededRandom",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "BihuanDomainTests", dependencies: ["BihuanDomain", "DomainTestSupport", "SeededRandom"],
            swiftSettings: house),
        .testTarget(
            name: "BihuanStoreTests",
            dependencies: [
                "BihuanDomain",
                "BihuanStore",
                "BihuanWorkers",
                "Postgres",
                "StoreTestSupport",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "BihuanHTTPTests",
            dependencies: [
                "BihuanDomain",
                "BihuanHTTP",
                "BihuanStore",
                "SeededRandom",
                "StoreTestSupport",
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "BihuanLineTests",
            dependencies: [
                "BihuanDomain",
                "BihuanLine",
                "BihuanStore",
                "Postgres",
                "SeededRandom",
                "StoreTestSupport",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "BihuanTests",
            dependencies: [
                "BihuanDomain",
                "BihuanHTTP",
                "BihuanLine",
                "BihuanStore",
                "BihuanWorkers",
                "Postgres",
                "SeededRandom",
                "StoreTestSupport",
                "TestSupport",
                "bihuan",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house
        ),
    ],
    swiftLanguageModes: [.v6]
)
