#!/bin/sh
# Publishes the layers in target/layer with the aws CLI, and prints their ARNs.
#
# usage: layer/publish.sh [--public] [--name NAME] REGION…
#
#   --public     lets every AWS account use them
#   --name NAME  publishes NAME-x86_64 and NAME-arm64 instead of rhambda-x86_64 and rhambda-arm64
#
# A layer that is published already is not published again: its description has the zip's hash. Only
# the ARNs go to the standard output. Credentials are the aws CLI's own; they must allow
# lambda:ListLayerVersions and lambda:PublishLayerVersion, and for --public also
# lambda:AddLayerVersionPermission.
set -eu
cd "$(dirname "$0")/.."

say() {
    echo "publish: $*" >&2
}

fail() {
    say "$@"
    exit 1
}

public=false
name=rhambda
while [ $# -gt 0 ]; do
    case $1 in
        --public) public=true ;;
        --name)
            name=${2:?"publish: --name wants a name"}
            shift
            ;;
        -*) fail "there is no option $1; usage: layer/publish.sh [--public] [--name NAME] REGION…" ;;
        *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || fail "to which regions? usage: layer/publish.sh [--public] [--name NAME] REGION…"
command -v aws >/dev/null || fail "the aws CLI is needed: https://aws.amazon.com/cli"

layers=$(ls target/layer/rhambda-*.zip 2>/dev/null) || fail "there are no layers in target/layer: run make layer"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

hash_of() {
    { sha256sum "$1" 2>/dev/null || shasum --algorithm 256 "$1"; } | cut -d ' ' -f 1
}

# Prints the ARN of the layer's version with this description, or nothing.
published() {
    if arn=$(aws lambda list-layer-versions --region "$1" --layer-name "$2" --output json \
        --query "LayerVersions[?Description=='$3'].LayerVersionArn | [0]" 2>&1); then
        echo "$arn" | sed -n 's/^"\(.*\)"$/\1/p'
        return
    fi
    case $arn in
        *ResourceNotFoundException*) ;;
        *) say "$arn" && return 1 ;;
    esac
}

# Lets every account use a version; that it may already is fine.
make_public() {
    number=${3##*:}
    if complaint=$(aws lambda add-layer-version-permission --region "$1" --layer-name "$2" --version-number "$number" \
        --statement-id public --action lambda:GetLayerVersion --principal '*' --output json 2>&1); then
        say "$3 is public now"
    else
        case $complaint in
            *ResourceConflictException*) ;;
            *) say "$complaint" && return 1 ;;
        esac
    fi
}

# Publishes a zip in a region, unless it is there.
publish() {
    region=$1
    zip=$2
    architecture=${zip##*rhambda-}
    architecture=${architecture%.zip}
    layer=$name-$architecture
    description="Rhambda $version for Rhai scripts, sha256:$(hash_of "$zip")"
    arn=$(published "$region" "$layer" "$description") || return 1
    if [ -n "$arn" ]; then
        say "$layer is in $region already"
    else
        arn=$(aws lambda publish-layer-version --region "$region" --layer-name "$layer" --description "$description" \
            --zip-file "fileb://$zip" --compatible-runtimes provided.al2023 --compatible-architectures "$architecture" \
            --license-info "MIT OR Apache-2.0" --output text --query LayerVersionArn) || return 1
        say "$layer is published in $region"
    fi
    if $public; then
        make_public "$region" "$layer" "$arn" || return 1
    fi
    echo "$arn"
}

# One region's failure is no reason to leave out the others.
failed=
for region in "$@"; do
    for zip in $layers; do
        publish "$region" "$zip" || failed="$failed $region"
    done
done
[ -z "$failed" ] || fail "failed, see above:$failed"
