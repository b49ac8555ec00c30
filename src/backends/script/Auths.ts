import { casePattern, denied } from "./ErrorText.js"
import { code } from "./ExitCode.js"

/** Registry credentials as the kubelet reads them, for buildah, which reads less. */
export const auths = `
# next_char: moves the first character of $rest to $char.
next_char() {
  char=\${rest%"\${rest#?}"}
  rest=\${rest#?}
}

# read_auths TEXT: sets $auths to the value of "auths" in a JSON object, empty if it has none; fails if TEXT is no object.
# Only the brackets, quotes and commas are looked at: buildah reads the rest.
read_auths() {
  rest=$1 auths= depth=0 string= taking= opened= mark='[]["{},:]*' quote='["\\\\]*'
  while [ -n "$rest" ]; do
    plain=\${rest%%$mark}
    rest=\${rest#"$plain"}
    [ "$depth" -gt 0 ] || case $plain in *[![:space:]]*) return 1 ;; esac
    [ -z "$taking" ] || auths=$auths$plain
    [ -n "$rest" ] || break
    next_char
    piece=$char
    [ "$depth" -gt 0 ] || [ "$char$opened" = '{' ] || return 1
    opened=yes
    case $char in
      '"')
        string=
        while :; do
          plain=\${rest%%$quote}
          rest=\${rest#"$plain"} string=$string$plain piece=$piece$plain
          [ -n "$rest" ] || return 1
          next_char
          piece=$piece$char
          [ "$char" != '"' ] || break
          next_char
          piece=$piece$char
        done
        ;;
      '{' | '[') depth=$((depth + 1)) ;;
      '}' | ']') depth=$((depth - 1)); [ "$depth" -gt 0 ] || taking= ;;
      ':') if [ "$depth" -eq 1 ]; then case $string in [Aa][Uu][Tt][Hh][Ss]) taking=yes piece= ;; esac; fi ;;
      ',') [ "$depth" -ne 1 ] || taking= ;;
    esac
    [ -z "$taking" ] || auths=$auths$piece
  done
  [ "$depth" -eq 0 ] && [ -n "$opened" ]
}

# read_string: moves a JSON string, whose opening quote is gone already, from $rest to $string; fails on what it cannot decode.
read_string() {
  string= quote='["\\\\]*'
  while :; do
    plain=\${rest%%$quote}
    string=$string$plain rest=\${rest#"$plain"}
    [ -n "$rest" ] || return 1
    next_char
    [ "$char" != '"' ] || return 0
    next_char
    case $char in
      u)
        digits=\${rest%"\${rest#????}"} rest=\${rest#????}
        case $digits in 00[2-7][0-9a-fA-F]) ;; *) return 1 ;; esac
        string=$string$(printf "\\\\$(printf '%03o' "0x$digits")") ;;
      '"' | '\\' | /) string=$string$char ;;
      *) return 1 ;;
    esac
  done
}

# entry_of: adds the entry that was read to $made. A pattern is an entry for the image's host, before the others: of two
# entries for a host buildah takes the later.
entry_of() {
  [ -n "$auth" ] || [ -z "$username$password" ] || auth=$(printf '%s' "$username:$password" | base64 | tr -d '\\n')
  [ -z "$token" ] || token=",\\"identitytoken\\":\\"$token\\""
  entry=":{\\"auth\\":\\"$auth\\"$token}"
  case $key in *://*) ;; *) key=\${key%/} ;; esac
  made="$made\${made:+,}\\"$key\\"$entry"
  pattern=\${key#*://} below=
  case $pattern in */*) below=/\${pattern#*/} pattern=\${pattern%%/*} ;; esac
  case $pattern in
    *'*'*)
      case $host in
        $pattern)
          # A star is part of a name between two dots: kubernetes pkg/credentialprovider/keyring.go URLsMatch.
          [ "$(printf '%s' "$host" | tr -cd .)" != "$(printf '%s' "$pattern" | tr -cd .)" ] ||
            made="\\"$host$below\\"$entry,$made" ;;
      esac ;;
  esac
}

# complete_auths IMAGE: makes of $auths what the kubelet (pkg/credentialprovider/config.go) reads in it and buildah does not:
# entries with username and password and no auth, keys of any case, hosts with a star, and a slash at the end of a host.
complete_auths() {
  case $auths in *[Uu][Ss][Ee][Rr][Nn][Aa][Mm][Ee]* | *'"Auth"'* | *'"AUTH"'* | *'*'* | *'/"'*) ;; *) return 0 ;; esac
  rest=$auths made= depth=0 string= host=\${1%%/*} mark='[]["{},:]*'
  while [ -n "$rest" ]; do
    rest=\${rest#"\${rest%%$mark}"}
    [ -n "$rest" ] || break
    next_char
    case $char in
      '"')
        read_string || return 0
        # What would have to be quoted again stays as it is.
        [ "$depth" -ne 1 ] || case $string in *['"\\\\']*) return 0 ;; esac ;;
      '{' | '[')
        depth=$((depth + 1))
        [ "$depth" -ne 2 ] || { auth= username= password= token= field= string=; } ;;
      ':')
        case $depth in
          1) key=$string ;;
          2) field=$(printf '%s' "$string" | tr 'A-Z' 'a-z') ;;
        esac
        string= ;;
      ',' | '}' | ']')
        if [ "$depth" -eq 2 ]; then
          case $field in
            auth) auth=$string ;;
            username) username=$string ;;
            password) password=$string ;;
            identitytoken) token=$string ;;
          esac
          field= string=
          [ "$char" = ',' ] || entry_of
        fi
        [ "$char" = ',' ] || depth=$((depth - 1)) ;;
    esac
  done
  auths="{$made}"
}

# auth_rank KEY REPOSITORY: sets $rank, which is higher for the entry that buildah prefers: the longest key, of the host or of a
# path in it. 0 where the entry is for other images. A key with a scheme is one for its whole host
# (containers/image pkg/docker/config/config.go findCredentialsInFile).
auth_rank() {
  rank=0 name=\${1#http://} name=\${name#https://} exact=1
  [ "$name" = "$1" ] || { name=\${name%%/*} exact=0; }
  case $name in index.docker.io | registry-1.docker.io) name=docker.io exact=0 ;; esac
  case $2 in "$name" | "$name"/*) rank=$((2 * \${#name} + exact)) ;; esac
}

# take_auth: is given each entry of $auths by each_auth: its number, its key, and its text. Of two equal keys buildah takes the later.
take_auth() {
  auth_rank "$2" "$repository"
  [ "$rank" -gt 0 ] || return 0
  matching=$((matching + 1))
  [ "$rank" -lt "$best_rank" ] || best_rank=$rank best=$1
}

# keep_auth: the same, adds all entries but the best to $kept.
keep_auth() { [ "$1" -eq "$best" ] || kept="$kept\${kept:+,}$3"; }

# each_auth COMMAND: runs it for each entry of $auths; fails where a string cannot be decoded.
each_auth() {
  rest=$auths depth=0 number=0 text= key= string= mark='[]["{},:]*'
  while [ -n "$rest" ]; do
    plain=\${rest%%$mark}
    rest=\${rest#"$plain"}
    [ -n "$rest" ] || return 0
    next_char
    piece=$plain$char
    case $char in
      '"')
        before=$rest
        read_string || return 1
        piece=$piece\${before%"$rest"} ;;
      '{' | '[') depth=$((depth + 1)); [ "$depth" -gt 1 ] || piece= ;;
      ':') [ "$depth" -ne 1 ] || key=$string ;;
      '}' | ']') depth=$((depth - 1)) ;;
    esac
    case $depth$char in
      '1,' | '0}')
        number=$((number + 1))
        [ -z "$key" ] || "$1" "$number" "$key" "$text$plain"
        text= key= ;;
      *) text=$text$piece ;;
    esac
  done
}

# shorter_auth IMAGE: takes the entry that buildah uses for an image out of $auth_file; fails where there is no other for it. The
# kubelet tries all entries that match an image, the longest first (kubernetes pkg/credentialprovider/keyring.go Lookup), and
# buildah the longest alone.
shorter_auth() {
  repository=\${1%%@*}
  case \${repository##*/} in *:*) repository=\${repository%:*} ;; esac
  auths=$(cat "$auth_file") auths=\${auths#'{"auths":'} auths=\${auths%'}'}
  matching=0 best=0 best_rank=1 kept=
  each_auth take_auth || matching=0
  [ "$matching" -lt 2 ] || each_auth keep_auth
  auths=
  [ "$matching" -ge 2 ] || return 1
  (umask 077; printf '{"auths":{%s}}' "$kept" > "$auth_file")
  kept=
  say "the registry refused the credentials with the longest key for $repository: next are those with a shorter key"
}

# show_auth: the same, sets $found to the text of the best entry.
show_auth() { [ "$1" -ne "$best" ] || found=$3; }

# explain_refusal IMAGE: adds to $error, after a registry has refused our credentials for an image, what is wrong with them as far
# as that shows. Sets $verdict where no registry could take them: buildah sends none for an entry that has none.
explain_refusal() {
  case $lower in ${casePattern(denied)}) ;; *) return 0 ;; esac
  [ -n "$OSB_SECRET_DIR$OSB_TOKEN_FILE" ] || { error="$error (no credentials were given)"; return 0; }
  repository=\${1%%@*}
  case \${repository##*/} in *:*) repository=\${repository%:*} ;; esac
  auths=$(cat "$auth_file") auths=\${auths#'{"auths":'} auths=\${auths%'}'}
  matching=0 best=0 best_rank=1 found=
  each_auth take_auth && each_auth show_auth || matching=unknown
  auths=
  case $matching in
    unknown) ;;
    0) error="$error (the given credentials have no entry for \${1%%/*})" ;;
    *)
      case $found in
        *'"identitytoken"'* | *'"auth"'*'\\'*) ;;
        *)
          value=
          case $found in *'"auth"'*'"'*) value=\${found#*'"auth"'} value=\${value#*'"'} value=\${value%%'"'*} ;; esac
          value=$(printf '%s' "$value" | base64 -d 2> /dev/null; printf .)
          case $value in
            *:*'
.') error="$error (the given password ends with a line break)" ;;
            *:*) ;;
            *)
              verdict=${code.credentialsInvalid}
              error="$error (the given credentials have no user and password for \${1%%/*}: auth must be USER:PASSWORD in base64, and \
credential helpers are not run)" ;;
          esac
          value= ;;
      esac ;;
  esac
  found=
}
`
