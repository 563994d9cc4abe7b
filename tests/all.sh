#!/usr/bin/env bash
# Everything that is tested, in one command: format, lints, documentation, the build without a window, all tests, the
# pictures, and a real window under a virtual display. Installs what a Debian machine lacks where it may; otherwise names it.
#
#   tests/all.sh            everything
#   tests/all.sh --fast     without the real window and the pictures
#
# With THREADLAB_INSTALL=yes it also builds cargo-deny (into target/tools, some minutes the first time) and adds the toolchain's
# targets of other systems, where these are missing; where that fails, as without a network, it leaves out what needs them.
#
# Exit status: 0 all passed; 1 something failed, and the last lines say what; 2 wrong usage.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
export CARGO_TERM_COLOR=never RUST_BACKTRACE=1

fast=no
case "${1:-}" in
"") ;;
--fast) fast=yes ;;
*)
    echo "usage: tests/all.sh [--fast]" >&2
    exit 2
    ;;
esac

# What the real window and the pictures need: a display server, something that clicks, the accessibility bus, the libraries
# that a window loads at run time, and a software Vulkan for the pictures.
packages=(
    gcc libc6-dev python3
    xvfb xauth xdotool x11-utils xclip dbus dbus-x11 at-spi2-core gir1.2-atspi-2.0 python3-gi
    libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libegl1 libgl1 libgl1-mesa-dri
    mesa-vulkan-drivers poppler-utils imagemagick zenity
)

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
    done
}

install_missing() {
    command -v dpkg-query >/dev/null || {
        echo "note: this is no Debian; the real window needs what these Debian packages hold: ${packages[*]}"
        return
    }
    local missing as_root=()
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "${missing// /}" ] || return
    if [ "$(id -u)" != 0 ]; then
        if sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            echo "note: missing and not installed, since this is not root: $missing"
            echo "      apt-get install --no-install-recommends $missing"
            return
        fi
    fi
    echo "installing: $missing"
    # shellcheck disable=SC2086
    { "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
        >/tmp/threadlab-install.$$ 2>&1 || {
        echo "note: installing failed; the last lines were:"
        tail -n 5 /tmp/threadlab-install.$$
    }
    rm -f /tmp/threadlab-install.$$
}

may_install() { [ "${THREADLAB_INSTALL:-no}" = yes ]; }

# cargo-deny, in a folder of this project: nothing else of the machine changes.
deny_version=0.20.2
tools=${CARGO_TARGET_DIR:-target}/tools
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
PATH=$PATH:$tools/bin
why_no_deny="cargo-deny is not installed (cargo install --locked cargo-deny, or THREADLAB_INSTALL=yes)"
install_deny() {
    if have cargo-deny || ! may_install; then return; fi
    echo "building cargo-deny $deny_version"
    local began=$SECONDS
    # Without optimisation: built in half the time, and it runs for seconds only.
    if CARGO_TARGET_DIR=$tools/build timeout 900 cargo install --quiet --locked --debug --root "$tools" \
        --version "$deny_version" cargo-deny >"$tools/deny.log" 2>&1; then
        echo "built it in $((SECONDS - began)) s"
    else
        why_no_deny="cargo-deny could not be built: $(grep -m1 -E '^(error|warning: spurious)' "$tools/deny.log" || echo "it took too long")"
    fi
    rm -rf "$tools/build"
}

# has_target TARGET: whether the toolchain can check code for it, once it was added where that may be.
has_target() {
    have rustup || return
    if ! rustup target list --installed | grep -qx "$1" && may_install; then
        timeout 120 rustup target add "$1" >/dev/null 2>&1
    fi
    rustup target list --installed | grep -qx "$1"
}

passed=0
skipped=0
failures=()

# step NAME COMMAND…: runs it, counts it, goes on after a failure so that one run shows all of them.
step() {
    local name=$1 began=$SECONDS
    shift
    echo
    echo "== $name"
    if "$@"; then
        passed=$((passed + 1))
        echo "-- $name: ok ($((SECONDS - began)) s)"
    else
        failures+=("$name")
        echo "-- $name: FAILED ($((SECONDS - began)) s)"
    fi
}

leave_out() {
    skipped=$((skipped + 1))
    echo
    echo "== $1: LEFT OUT, since $2"
}

have() { command -v "$1" >/dev/null; }

install_missing
install_deny

step "format" cargo fmt --all --check
step "lints" cargo clippy --locked --all-targets -- -D warnings
step "lints without the window" cargo clippy --locked --all-targets --no-default-features -- -D warnings
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
step "build without the window" cargo check --locked --no-default-features
for target in x86_64-pc-windows-gnu aarch64-apple-darwin; do
    # Neither is run here: this holds only that the other systems' own code compiles.
    if has_target "$target"; then
        step "lints for $target" cargo clippy --locked --lib --bins --target "$target" -- -D warnings
    else
        leave_out "lints for $target" "that target is not installed$(may_install && echo " and could not be") (rustup target add $target)"
    fi
done
if have cargo-deny; then
    step "licences and sources" cargo deny --offline check bans licenses sources
else
    leave_out "licences and sources" "$why_no_deny"
fi
if [ "$fast" = no ] && [ -n "$(ls /usr/share/vulkan/icd.d/lvp_icd*.json 2>/dev/null)" ]; then
    step "tests, with pictures" env THREADLAB_PICTURES=1 WGPU_BACKEND=vulkan \
        VK_DRIVER_FILES="$(ls /usr/share/vulkan/icd.d/lvp_icd*.json | head -n 1)" cargo test --locked
else
    leave_out "pictures" "$([ "$fast" = yes ] && echo "--fast was given" || echo "there is no software Vulkan (mesa-vulkan-drivers)")"
    step "tests" cargo test --locked
fi
step "tests without the window" cargo test --locked --no-default-features
step "the bundled lessons" cargo run --locked --quiet -- check lessons/[0-9]*.md
if [ "$fast" = yes ]; then
    leave_out "the real window" "--fast was given"
elif have Xvfb && have xdotool && have dbus-run-session; then
    step "the release build" cargo build --locked --release
    step "the real window" bash tests/real_window/run.sh "${CARGO_TARGET_DIR:-target}/release/threadlab"
else
    leave_out "the real window" "Xvfb, xdotool or dbus-run-session is missing"
fi

echo
for failure in "${failures[@]+"${failures[@]}"}"; do echo "failed: $failure"; done
echo "$passed passed, ${#failures[@]} failed, $skipped skipped"
[ "${#failures[@]}" = 0 ]
