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

# copy_secret NUMBER: a copy of a secret's value that buildah alone reads, in the file $copy.
copy_secret() {
  copy=$private/secret.$1
  (umask 077; cat "$OSB_SECRETS_DIR/$1/value" > "$copy") || finish ${code.outOfDisk} "a secret cannot be copied"
}

# Sets $context_name to the name of a build context whose files begin so, and $place to where it is.
read_build_context() {
  context_name=$(cat "$1.name")
  if [ -e "$1.image" ]; then place=docker-image://$(cat "$1.image")
  else place=$(contents "$1.directory") place=\${place%x}; fi
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
  if [ -e "$input/target" ]; then
    target=$(contents "$input/target")
    set -- "$@" "--target=\${target%x}"
  fi
  [ ! -e "$input/inherit-labels" ] || set -- "$@" --inherit-labels=false
  for name in "$input"/unset-label.*; do
    [ -e "$name" ] || continue
    label=$(contents "$name")
    set -- "$@" "--unsetlabel=\${label%x}"
  done
  # Not for the layers of the cache: buildah looks for no layer of the last instruction then, and would run it.
  [ ! -e "$input/squash" ] || [ "$verb" != build ] || set -- "$@" --squash
  for name in "$input"/build-context.*.name; do
    [ -e "$name" ] || continue
    read_build_context "\${name%.name}"
    set -- "$@" --build-context "$context_name=$place"
  done
  # By its type, since buildah prefers an environment variable of the id's name.
  for name in "$input"/secret.*.id; do
    [ -e "$name" ] && [ "$verb" = build ] || continue
    number=\${name%.id} number=\${number##*.}
    copy_secret "$number"
    set -- "$@" --secret "id=$(cat "$name"),src=$copy,type=file"
  done
  [ -z "$OSB_HEREDOCS_DIR" ] || set -- "$@" --build-context "os-builder-heredocs=$OSB_HEREDOCS_DIR"
`
