import BihuanLine
import Foundation
import StoreTestSupport
import Testing

/// Clients that know nothing of Bihuan, unmodified.
struct ForeignClientTests {
    /// The first Python here that still has nntplib (removed in 3.13).
    private static func python() async throws -> String {
        for name in ["python3.11", "/usr/bin/python3", "python3"] {
            let probe = try? await Tool.run(name, ["-W", "ignore", "-c", "import nntplib"])
            if probe?.status == 0 { return name }
        }
        throw MissingTool(name: "a Python with nntplib (Debian 12: python3)")
    }

    @Test func `Python's nntplib greets, puts TLS on, logs in, reads and leaves`() async throws {
        try await Self.withServer { server in
            let script = """
                import nntplib, os, ssl, socket
                n = nntplib.NNTP('localhost', int(os.environ['PORT']), timeout=20)
                assert n.getwelcome().startswith('200 bihuan 0.1.0'), n.getwelcome()
                caps = n.getcapabilities()
                assert 'STARTTLS' in caps and 'AUTHINFO' not in caps and 'READER' not in caps, caps
                assert n.nntp_version == 2 and n.nntp_implementation == 'bihuan 0.1.0', caps
                try:
                    n.login('dispatcher.city@test', 'x', usenetrc=False)
                    raise SystemExit('logged in without TLS')
                except nntplib.NNTPPermanentError as e:
                    raise SystemExit(str(e))
                except nntplib.NNTPTemporaryError as e:
                    assert str(e).startswith('483'), e
                n.starttls(ssl.create_default_context(cafile=os.environ['CA']))
                caps = n.getcapabilities()
                assert 'STARTTLS' not in caps and caps['AUTHINFO'] == ['USER', 'SASL'], caps
                try:
                    n.login('dispatcher.city@test', '错 的 口令', usenetrc=False)
                    raise SystemExit('logged in with a wrong password')
                except nntplib.NNTPTemporaryError as e:
                    assert str(e).startswith('481'), e
                n.login('dispatcher.city@test', os.environ['PASSWORD'], usenetrc=False)
                assert 'AUTHINFO' not in n.getcapabilities()
                response, help = n.help()
                assert response.startswith('100') and any(l.startswith('CASE ASSIGN <case> <unit>') for l in help), help
                response, date = n.date()
                assert response.startswith('111') and date.year >= 2024, date
                response, names = n.descriptions('city.east*')
                assert response.startswith('215') and names['city.east'] == '东区市场监督管理局' and len(names) == 3, names
                assert n.description('city.west') == '西区市场监督管理局'
                response, groups = n.list('city.west*')
                assert response.startswith('215') and [g.group for g in groups] == ['city.west', 'city.west.west-1', 'city.west.west-2'], groups
                # Its own block reader serves our commands too.
                response, lines = n._longcmdstring('LIST UNITS format=json')
                assert response.startswith('215') and len(lines) == 9, lines
                assert n.quit().startswith('205')
                print('done')
                """
            let result = try await Tool.run(
                try await Self.python(), ["-W", "ignore", "-c", script], environment: Self.environment(server))
            #expect(result.status == 0 && result.output == "done\n", "\(result.output)\(result.errors)")
        }
    }

    @Test func `Perl's Net::NNTP and Net::Cmd do the same, and send a text block`() async throws {
        try await Self.withServer { server in
            let script = """
                use strict; use warnings; use utf8; use Net::NNTP;
                binmode(STDOUT, ':utf8');
                my $n = Net::NNTP->new('localhost', Port => $ENV{PORT}, Timeout => 20) or die "no connection: $@";
                $n->starttls(SSL_ca_file => $ENV{CA}) or die 'starttls: ' . $n->message;
                $n->authinfo('dispatcher.city@test', $ENV{PASSWORD}) or die 'authinfo: ' . $n->message;
                my $names = $n->newsgroups('city.east*') or die 'newsgroups: ' . $n->message;
                keys(%$names) == 3 or die join ',', keys %$names;
                my $active = $n->list() or die 'list: ' . $n->message;
                exists $active->{'city.west'} or die 'no city.west';
                $n->date() or die 'date: ' . $n->message;
                $n->command('LIST', 'UNITS', 'format=json'); $n->response == 2 or die $n->message;
                my $lines = $n->read_until_dot; @$lines == 9 or die scalar @$lines;
                $n->command('CASE REGISTER title=perl channel=hotline reason=test'); $n->response == 3 or die $n->message;
                $n->code == 393 or die $n->code;
                $n->datasend("first line\\n.second begins with a dot\\n") && $n->dataend or die 'block: ' . $n->message;
                $n->code == 291 or die $n->code . ' ' . $n->message;
                $n->message =~ /^TST-2026-000001 1 / or die $n->message;
                $n->command('CASE SHOW TST-2026-000001'); $n->response == 2 or die $n->message;
                my $shown = join '', @{$n->read_until_dot};
                $shown =~ /first line/ && $shown =~ /\\t\\.second begins/ or die $shown;
                $n->quit or die 'quit: ' . $n->message;
                print "done\\n";
                """
            let result = try await Tool.run("perl", ["-e", script], environment: Self.environment(server))
            #expect(result.status == 0 && result.output == "done\n", "\(result.output)\(result.errors)")
        }
    }

    @Test func `curl and bash talk over plain TCP`() async throws {
        try await ServerFixture.run { server in
            // curl goes on until its input ends, so its input lasts a little longer than the conversation.
            let curl = try await Tool.run(
                "bash",
                [
                    "-c",
                    "(printf 'DATE\\r\\nHELP QUIT\\r\\nQUIT\\r\\n'; sleep 2) | curl -s -m 15 telnet://127.0.0.1:\(server.port)",
                ])
            #expect(RawClient.codes(curl.output) == [200, 111, 100, 205], "\(curl.output)\(curl.errors)")

            let bash = try await Tool.run(
                "bash", ["-c", "exec 9<>/dev/tcp/127.0.0.1/\(server.port); printf 'DATE\\nQUIT\\n' >&9; cat <&9"])
            #expect(RawClient.codes(bash.output) == [200, 111, 205], "\(bash.output)\(bash.errors)")
        }
    }

    @Test func `nc gets every reply over the Unix socket, where it is there`() async throws {
        try await ServerFixture.run { server in
            guard try await Tool.run("bash", ["-c", "command -v nc"]).status == 0 else { return }
            let result = try await Tool.run(
                "bash", ["-c", "printf 'DATE\\nMODE READER\\n' | nc -N -U \(server.socketPath)"])
            #expect(RawClient.codes(result.output) == [200, 111, 201], "\(result.output)\(result.errors)")
        }
    }

    // MARK: Parts

    private static func withServer(_ body: @Sendable (ServerFixture) async throws -> Void) async throws {
        try await TestCity.with { city in
            try await ServerFixture.run(city) { server in try await body(server) }
        }
    }

    private static func environment(_ server: ServerFixture) -> [String: String] {
        [
            "PORT": "\(server.port)", "CA": server.certificate.certificatePath, "PASSWORD": TestCity.password,
            "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1",
        ]
    }
}

/// A program that these tests need and this machine has not.
struct MissingTool: Error {
    var name: String
}
