import { code } from "./ExitCode.js"

/** The commands of {@link buildOptions}. */
export const buildOptionCommands = `
# copy_private FROM TO: a copy to which a RUN may do anything, readable by any user of the image.
copy_private() {
  mkdir -p "$2"
  for file in "$1"/* "$1"/.[!.]*; do
    [ ! -e "$file" ] || cp -RL "$file" "$2/" || finish ${code.outOfDisk} "a mount cannot be copied"
  done
  chmod -R u+rwX,go+rX "$2"
}

# Sets $label to what --label takes for a label. Since 1.30 (imagebuildah/executor.go) buildah writes labels into a LABEL
# instruction, in quotes, where a $ begins a variable: one without a value is replaced by its default.
write_label() {
  label=$1
  is_older 1 30 && return
  label= rest=$1
  while :; do
    case $rest in *[$]*) ;; *) break ;; esac
    label=$label\${rest%%[$]*}'\${os_builder:-$}' rest=\${rest#*[$]}
  done
  label=$label$rest
}

`

/** A part of `build`: adds the options of `buildah build` that the files of the input ask for. */
export const buildOptions = `  for kind in build-arg label; do
    for name in "$input/$kind".*.name; do
      [ -e "$name" ] || continue
      key=$(contents "$name") value=$(contents "\${name%.name}.value")
      label=\${key%x}=\${value%x}
      if [ "$kind" = label ]; then
        if is_changed_label "\${name%.name}"; then later_labels=yes; continue; fi
        write_label "$label"
      fi
      set -- "$@" "--$kind" "$label"
    done
  done
  [ -z "$OSB_BASE_IMAGE" ] || set -- "$@" --build-arg "BASE_IMAGE=$OSB_BASE_IMAGE"
  for name in "$input"/mount.*.path; do
    [ -e "$name" ] && [ "$verb" = build ] || continue
    number=\${name%.path} number=\${number##*.} path=$(contents "$name")
    copy_private "$OSB_MOUNTS_DIR/$number" "$private/mount.$number"
    set -- "$@" --volume "$private/mount.$number:\${path%x}:rw"
  done
  if [ -n "$OSB_ENTITLEMENT_DIR" ] && [ "$verb" = build ]; then
    copy_private "$OSB_ENTITLEMENT_DIR" "$private/entitlement"
    for path in /etc/pki/entitlement /run/secrets/etc-pki-entitlement; do
      set -- "$@" --volume "$private/entitlement:$path:rw"
    done
  fi
  # Where Fedora and its kin look; others name the file by SSL_CERT_FILE. A folder, since an empty file would stay behind.
  if [ -n "$OSB_TRUST_BUNDLE" ]; then
    set -- "$@" --volume "$work/trust:/etc/pki/ca-trust/extracted/pem:rw"
  fi
  [ -z "$OSB_HEREDOCS_DIR" ] || set -- "$@" --build-context "os-builder-heredocs=$OSB_HEREDOCS_DIR"
`
