import { buildOptions } from "./BuildOptions.js"
import { code } from "./ExitCode.js"
import { outputOptions } from "./Output.js"

/**
 * The cache of layers in a registry. `build` takes layers from it; `push` gives it those that `build` left in the storage, by building
 * once more: every instruction is found there. The container that builds never has the credentials to push, and an instruction
 * that is not found is not run beside those credentials: its runtime is `false`.
 */
export const cache = `
# keeps_layers: whether the layers of instructions are needed after the build.
keeps_layers() { [ -n "$OSB_CACHE_DIR$OSB_CACHE_FROM$OSB_CACHE_TO" ]; }

# Gives the layers to the cache, in the time that is left. The image is pushed: nothing here changes how the build ends.
push_cache() {
  in_time() { left=$((deadline - $(now))); [ "$left" -gt 0 ] || left=1; }
  stop() {
    [ -z "$child" ] || kill -TERM "$child" 2> /dev/null
    finish ${code.succeeded} ''
  }
  read_version
  later_labels=
  context=\${OSB_CONTEXT_DIR:-$work/context}
  set -- --authfile "$auth_file" --retry 1 --retry-delay 2s --pull=never --force-rm --layers=true
  set -- "$@" --isolation oci --runtime "$(command -v false)" --cache-to "$OSB_CACHE_TO"
  [ -z "$OSB_ARCHITECTURE" ] || set -- "$@" --arch "$OSB_ARCHITECTURE"
  set_containerfile
  set -- "$@" --format "\${format:-oci}" --iidfile "$work/cached" --file "$containerfile"
${buildOptions}${outputOptions}  buildah_ build "$@" "$context"
  if [ "$status" -eq 0 ]; then say "the layers are in $OSB_CACHE_TO"; return; fi
  read_error
  say "the layers are not, or not all, in $OSB_CACHE_TO: $error"
}
`
