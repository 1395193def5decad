# shellcheck shell=bash
# Set-up shared by deploy/demo and deploy/test: Debian packages that are missing, and the Swift toolchain.
# To be sourced by a bash script under "set -euo pipefail"; works as root and not as root, and without a home directory.

# The first version of the toolchain that will do.
readonly SWIFT_WANTED_MAJOR=6
readonly SWIFT_WANTED_MINOR=3

# The folder that holds Package.swift.
BIHUAN_SOURCE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly BIHUAN_SOURCE

# What is needed to build, and to run the private PostgreSQL.
# shellcheck disable=SC2034  # The scripts that source this one use it.
readonly BUILD_PACKAGES=(
    ca-certificates git pkg-config binutils libc6-dev libstdc++-12-dev zlib1g-dev
    libcurl4 libncurses6 libsqlite3-0 libxml2 tzdata libpq-dev libsodium-dev
)
# What the tests use besides: other people's clients of both doors.
# shellcheck disable=SC2034
readonly TEST_PACKAGES=(python3 perl libio-socket-ssl-perl openssl curl netcat-openbsd)

# What the fault rig uses besides: a clock that can be moved for one process.
# shellcheck disable=SC2034
readonly FAULT_PACKAGES=(libfaketime util-linux)
# What deploy/bench uses besides: a load generator, and Python for the harness and the contestant.
# shellcheck disable=SC2034
readonly BENCH_PACKAGES=(wrk python3 python3-venv)

say() {
    printf '%s\n' "$*" >&2
}

# fail STATUS MESSAGE…: ends with a status of sysexits(3).
fail() {
    local status=$1
    shift
    say "$@"
    exit "$status"
}

is_debian_12() {
    [[ -r /etc/os-release ]] || return 1
    local id version
    # shellcheck disable=SC1091
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    # shellcheck disable=SC1091
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    [[ $id == debian && $version == 12 ]]
}

# Prints those of the packages named that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            printf '%s\n' "$package"
        fi
    done
}

# Succeeds where server programs of PostgreSQL 15 or newer are at hand.
has_postgres_server() {
    if [[ -n ${PG_BINDIR:-} ]]; then
        [[ -x $PG_BINDIR/initdb ]]
        return
    fi
    local directory version
    for directory in /usr/lib/postgresql/*/bin; do
        version=${directory#/usr/lib/postgresql/}
        version=${version%/bin}
        if [[ -x $directory/initdb && $version =~ ^[0-9]+$ ]] && ((version >= 15)); then
            return 0
        fi
    done
    return 1
}

# On a system other than Debian 12 nothing is installed: says what must be there, unless it is.
require_by_hand() {
    local lacking=()
    command -v git >/dev/null || lacking+=("git")
    if command -v pkg-config >/dev/null; then
        pkg-config --exists libpq || lacking+=("libpq 的头文件")
        pkg-config --exists libsodium || lacking+=("libsodium 的头文件")
    else
        lacking+=("pkg-config、libpq 与 libsodium 的头文件")
    fi
    has_postgres_server || lacking+=("PostgreSQL 15 或更新版本的服务器程序（可用 PG_BINDIR 指明）")
    if ((${#lacking[@]} > 0)); then
        say "此脚本只会在 Debian 12 上安装软件包；本机不是 Debian 12，缺少："
        printf '  %s\n' "${lacking[@]}" >&2
        fail 69 "请先自行安装，再运行一次。"
    fi
}

# as_root COMMAND…: runs it with root's rights.
as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -- "$@"
    fi
}

# Succeeds when as_root can work: root, or a sudo that asks nothing or has a terminal to ask on.
can_become_root() {
    ((EUID == 0)) && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [[ -t 0 ]]
}

# install_missing PACKAGE…: installs by apt what is not there, and nothing else.
install_missing() {
    if ! is_debian_12; then
        require_by_hand
        return
    fi
    local missing=()
    mapfile -t missing < <(missing_packages "$@")
    has_postgres_server || missing+=(postgresql-15)
    ((${#missing[@]} > 0)) || return 0

    if ! can_become_root; then
        say "缺少软件包，而当前用户没有 root 权限，也不能用 sudo。请以 root 运行："
        fail 77 "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    fi
    say "正在安装：${missing[*]}"
    # Debian makes and starts a cluster of its own when the server is first installed; nobody asked for one.
    local switch=/etc/postgresql-common/createcluster.d/bihuan-setup.conf
    local made_switch=
    if [[ " ${missing[*]} " == *" postgresql-15 "* && ! -e $switch ]]; then
        as_root mkdir -p "${switch%/*}"
        printf 'create_main_cluster = false\n' | as_root tee "$switch" >/dev/null
        made_switch=1
    fi
    local status=0
    {
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    } >&2 </dev/null || status=$?
    if [[ -n $made_switch ]]; then
        as_root rm -f "$switch"
    fi
    ((status == 0)) || fail 69 "安装失败（apt-get 的状态 $status）。需要的软件包：${missing[*]}"
}

# Succeeds when the program named is a Swift that is new enough.
is_wanted_swift() {
    local said
    said=$("$1" --version 2>/dev/null) || return 1
    [[ $said =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || return 1
    ((BASH_REMATCH[1] > SWIFT_WANTED_MAJOR ||
        (BASH_REMATCH[1] == SWIFT_WANTED_MAJOR && BASH_REMATCH[2] >= SWIFT_WANTED_MINOR)))
}

# Sees that "swift" is Swift 6.3 or newer. sudo and service managers cut PATH short, so the usual places are looked at too.
find_swift() {
    local candidate
    for candidate in "$(command -v swift || true)" "${HOME:-/nonexistent}"/.local/share/swiftly/bin/swift \
        /usr/local/bin/swift /usr/local/swift*/usr/bin/swift /opt/swift*/usr/bin/swift /usr/libexec/swift/*/bin/swift; do
        if [[ -n $candidate && -x $candidate ]] && is_wanted_swift "$candidate"; then
            PATH=$(dirname -- "$candidate"):$PATH
            export PATH
            return
        fi
    done
    say "没有找到 Swift $SWIFT_WANTED_MAJOR.$SWIFT_WANTED_MINOR 或更新版本。"
    fail 69 "Debian 12 的安装包与说明：https://www.swift.org/install/linux/ ；装好后让 swift 在 PATH 中。"
}

# The toolchain keeps caches below the home directory; gives it one where there is none it can write.
ensure_home() {
    if [[ -z ${HOME:-} || ! -d ${HOME:-} || ! -w ${HOME:-} ]]; then
        export HOME=$BIHUAN_SOURCE/.build/home
        mkdir -p "$HOME"
    fi
}

# Sees that the build can be written.
require_writable_source() {
    local place=$BIHUAN_SOURCE
    [[ -e $BIHUAN_SOURCE/.build ]] && place=$BIHUAN_SOURCE/.build
    [[ -w $place ]] || fail 77 "当前用户不能写 $place（可能是另一用户构建的）。请以其属主运行，或重新克隆。"
}
