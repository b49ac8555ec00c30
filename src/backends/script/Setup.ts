import { code } from "./ExitCode.js"

/** Sets up buildah's configuration, credentials and storage, so that none of the host's own is used by accident. */
export const setup = `
# Sets $major and $minor to buildah's version, 0 where it names none.
read_version() {
  version=$OSB_BUILDAH_VERSION
  [ -n "$version" ] || version=$(buildah --version 2> /dev/null < /dev/null)
  version=\${version#*version } version=\${version%% *}
  major=\${version%%.*} minor=\${version#*.} minor=\${minor%%[!0-9]*}
  case $major in '' | *[!0-9]*) major=0 ;; esac
  minor=\${minor:-0}
}

# is_older MAJOR MINOR: whether buildah is older than that.
is_older() { [ "$major" -lt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -lt "$2" ]; }; }

buildah_() {
  attempt buildah --root "$storage" --runroot "$run" --storage-driver "$driver" "$@"
}

# Where buildah keeps which compressed layers a registry has, which the pull writes down and the push reads: it is kept as long as the
# layers are. A push takes any layer that is known, whatever compression it is told, so each has one of its own.
set_known_layers() {
  known=pulled
  pulls || known=\${OSB_COMPRESSION:-pulled}\$OSB_COMPRESSION_LEVEL
  XDG_DATA_HOME=\${OSB_CACHE_DIR:-$work}/known-layers/$known
}

# Root's is one of the machine, whatever the environment says (containers/image pkg/blobinfocache/default.go).
show_known_layers() {
  [ "$OSB_OWN_MOUNTS$user" = yes0 ] || return 0
  {
    [ -d /var/lib/containers/cache ] || mkdir -p /var/lib/containers/cache
    mount --bind "$XDG_DATA_HOME/containers/cache" /var/lib/containers/cache
  } 2> /dev/null
}

# A home of our own: buildah reads registries, policy, certificates and credentials from the user's before the system's.
set_home() {
  HOME=$work/home XDG_CONFIG_HOME=$work/home/.config TMPDIR=$work/tmp
  storage=\${OSB_CACHE_DIR:-$work}/storage
  set_run
  set_known_layers
  export HOME XDG_CONFIG_HOME XDG_DATA_HOME TMPDIR
  config=$HOME/.config/containers completed=$work/registries
  # What another verb, or an attempt before, has left.
  [ ! -e "$HOME" ] || rm -rf "$HOME" "$TMPDIR" "$completed"
  mkdir -p "$config/registries.conf.d" "$config/certs.d" "$TMPDIR" "$completed" "$private" \\
    "$XDG_DATA_HOME/containers/cache" "$storage" "$run"
  chmod 700 "$private"
  show_known_layers
  unset REGISTRY_AUTH_FILE DOCKER_CONFIG CONTAINERS_REGISTRIES_CONF STORAGE_DRIVER STORAGE_OPTS
  unset BUILDAH_FORMAT BUILDAH_ISOLATION BUILDAH_LAYERS
  if [ -n "$OSB_REGISTRIES_DIR" ]; then
    for name in registries.conf registries.conf.d policy.json certs.d; do
      [ ! -e "$OSB_REGISTRIES_DIR/$name" ] || cp -RL "$OSB_REGISTRIES_DIR/$name" "$config/"
    done
    # A ConfigMap holds no folders: registry.example.com..5000.crt is the authority of registry.example.com:5000.
    for file in "$OSB_REGISTRIES_DIR"/*.crt; do
      [ -f "$file" ] || continue
      name=\${file##*/} name=\${name%.crt}
      case $name in *..*) name=\${name%..*}:\${name##*..} ;; esac
      mkdir -p "$config/certs.d/$name"
      cp "$file" "$config/certs.d/$name/ca.crt"
    done
  fi
  set_insecure
  set_proxies
}

# The system's authorities and the bundle's, together in one file.
set_trust() {
  [ -n "$OSB_TRUST_BUNDLE" ] || return 0
  mkdir -p "$work/trust"
  authorities > "$work/trust/tls-ca-bundle.pem"
  SSL_CERT_FILE=$work/trust/tls-ca-bundle.pem
  export SSL_CERT_FILE
}

# each_image COMMAND: runs it for each image of the build, with its kind and its name.
each_image() {
  [ -e "$input/images" ] || return 0
  while read -r kind name; do "$1" "$kind" "$name"; done < "$input/images"
}

# complete_auths_of KIND IMAGE: once for each host, since a pattern becomes an entry each time.
complete_auths_of() {
  case " $completed_hosts " in *" \${2%%/*} "*) return 0 ;; esac
  completed_hosts="$completed_hosts \${2%%/*}"
  complete_auths "$2"
}

# Writes $auth_file for buildah: the "auths" alone, since a credential helper cannot be had here.
set_credentials() {
  auth_file=$private/auth.json auths={} completed_hosts=
  if [ -n "$OSB_SECRET_DIR" ]; then
    for name in .dockerconfigjson .dockercfg config.json ''; do
      [ -n "$name" ] || finish ${code.credentialsInvalid} "the secret has neither .dockerconfigjson nor .dockercfg nor config.json"
      [ ! -e "$OSB_SECRET_DIR/$name" ] || break
    done
    secret=$(cat "$OSB_SECRET_DIR/$name" 2> /dev/null) || finish ${code.credentialsInvalid} "$name of the secret cannot be read"
    read_auths "$secret" || finish ${code.credentialsInvalid} "$name of the secret is not a JSON object"
    # The legacy format is what "auths" holds in the newer one.
    if [ "$name" = .dockercfg ] && [ -z "$auths" ]; then auths=$secret; fi
    secret=
    if [ "$verb" = push ]; then
      complete_auths_of name "$OSB_FINAL_IMAGE"
      [ -z "$OSB_CACHE_TO" ] || complete_auths_of name "$OSB_CACHE_TO"
    elif [ "$verb" = context ]; then
      complete_auths_of name "$OSB_CONTEXT_IMAGE"
    else
      complete_auths_of name "$OSB_BASE_IMAGE"
      each_image complete_auths_of
      [ -z "$OSB_CACHE_FROM" ] || complete_auths_of name "$OSB_CACHE_FROM"
    fi
  elif [ -n "$OSB_TOKEN_FILE" ]; then
    # OpenShift's registry looks at the token alone, whatever the user's name is.
    secret=$(cat "$OSB_TOKEN_FILE" 2> /dev/null) || finish ${code.credentialsInvalid} "the service account's token cannot be read"
    secret=$(printf 'serviceaccount:%s' "$secret" | base64 | tr -d '\\n')
    auths=$(printf '{"%s":{"auth":"%s"}}' "\${OSB_FINAL_IMAGE%%/*}" "$secret")
    secret=
  fi
  (umask 077; printf '{"auths":%s}' "\${auths:-{\\}}" > "$auth_file")
  auths=
}

# Ends where this process has one user id alone: buildah would go on with a warning, and no RUN could start.
check_user_ids() {
  if [ "$user" = 0 ]; then
    map= more=
    { { read -r map; read -r more; } < /proc/self/uid_map; } 2> /dev/null
    [ -z "$more" ] || return 0
  else map=$(buildah unshare cat /proc/self/uid_map 2> /dev/null < /dev/null); fi
  case $map in '' | *"
"*) return 0 ;; esac
  [ "\${map##* }" != 1 ] || finish ${code.storageUnavailable} "there is only one user id to build with: in the builder image \
newuidmap and newgidmap need the file capabilities cap_setuid and cap_setgid, and its user a range in /etc/subuid and \
/etc/subgid; the pod may not have allowPrivilegeEscalation: false"
}

# Whether the kernel mounts an overlay in the storage directory, for us or in buildah's user namespace.
overlay_works() {
  probe=$work/probe
  rm -rf "$probe"
  mkdir -p "$probe/lower" "$probe/upper" "$probe/work" "$probe/merged"
  try='mount -t overlay overlay -o "lowerdir=$0/lower,upperdir=$0/upper,workdir=$0/work" "$0/merged" && umount "$0/merged"'
  sh -c "$try" "$probe" > /dev/null 2>&1 || buildah unshare sh -c "$try" "$probe" > /dev/null 2>&1
  works=$?
  rm -rf "$probe"
  return "$works"
}

# Whether this verb fills the storage.
pulls() { case $verb in build | context) ;; *) return 1 ;; esac; }

# Sets $run to where buildah keeps what lasts until a reboot: what is mounted, and what it has tried of the kernel, which takes it long. So
# it is kept beside a cache of this machine, until the next boot. Isolation oci keeps the addresses of networks there too.
set_run() {
  run=$work/run
  [ "$OSB_OWN_MOUNTS$OSB_ISOLATION" = yeschroot ] && [ -n "$OSB_CACHE_DIR" ] || return 0
  read -r boot 2> /dev/null < /proc/sys/kernel/random/boot_id || return 0
  run=$OSB_CACHE_DIR/run-$boot
  for other in "$OSB_CACHE_DIR"/run-*; do
    [ "$other" = "$run" ] || rm -rf "$other"
  done
}

# The push takes the driver that the build chose.
set_storage() {
  ! pulls || check_user_ids
  driver=$OSB_STORAGE own_storage=$storage
  pulls || read_word driver "$work/driver"
  case $driver in
    overlay | vfs) ;;
    *) if overlay_works; then driver=overlay; else driver=vfs; fi ;;
  esac
  printf '%s' "$driver" > "$work/driver"
  # Without the system's storage.conf, which may ask for a FUSE program.
  printf '[storage]\\ndriver = "%s"\\n' "$driver" > "$work/storage.conf"
  CONTAINERS_STORAGE_CONF=$work/storage.conf
  export CONTAINERS_STORAGE_CONF
}
`
