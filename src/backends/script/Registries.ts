/**
 * Insecure registries beside the configured ones. A later entry of registries.conf replaces an earlier one with the same prefix
 * (containers/image pkg/sysregistriesv2), so an entry that exists is written again, whole, with `insecure = true`.
 */
export const registries = `
# Sets $value to the string of a line such as \`location = "a"\`.
string_of() { value=\${1#*=} value=\${value#*[\\"\\']} value=\${value%%[\\"\\']*}; }

# Writes the entry that was read, once for each insecure registry that it is for.
complete_entry() {
  [ -n "$place" ] || return 0
  [ -n "$prefix" ] || prefix=$location
  for host in $OSB_INSECURE_REGISTRIES; do
    name=$prefix
    case $prefix in '*.'*) case $host in $prefix) name=$host ;; *) continue ;; esac ;; esac
    file=$completed/$(printf '%s' "$name" | tr / %)
    case \${location:-$name} in
      "$host" | "$host"/*) printf '[[registry]]\\nprefix = "%s"\\ninsecure = true\\n%s\\n' "$name" "$entry" > "$file" ;;
      # The registry's names are those of another one, which is not insecure.
      *) [ "$name" != "$host" ] || : > "$file" ;;
    esac
  done
  place=
}

# read_registries FILE: completes the entries of a registries.conf in files of $completed.
read_registries() {
  place= entry= prefix= location= newline='
'
  while IFS= read -r line || [ -n "$line" ]; do
    text=\${line#"\${line%%[![:space:]]*}"}
    case $place:$text in
      *:'[[registry]]'*) complete_entry; place=registry entry= prefix= location=; continue ;;
      registry:'[[registry.mirror]]'* | mirror:'[[registry.mirror]]'*) place=mirror ;;
      *:'['*) complete_entry ;;
      registry:insecure*=*) continue ;;
      registry:prefix*=*) string_of "$text"; prefix=$value; continue ;;
      registry:location*=*) string_of "$text"; location=$value ;;
    esac
    [ -z "$place" ] || entry=$entry$line$newline
  done < "$1"
  complete_entry
}

# Configures the insecure registries, by way of the empty folder $completed, after everything else of registries.conf.
set_insecure() {
  [ -n "$OSB_INSECURE_REGISTRIES" ] || return 0
  main=$config/registries.conf
  [ -e "$main" ] || main=/etc/containers/registries.conf
  for source in "$main" /etc/containers/registries.conf.d/*.conf "$config"/registries.conf.d/*.conf; do
    [ ! -f "$source" ] || read_registries "$source"
  done
  listed=
  {
    for file in "$completed"/*; do [ ! -s "$file" ] || cat "$file"; done
    for host in $OSB_INSECURE_REGISTRIES; do
      case " $listed " in *" $host "*) continue ;; esac
      listed="$listed $host"
      [ -e "$completed/$host" ] || printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' "$host"
    done
  } > "$config/registries.conf.d/zz-os-builder-insecure.conf"
}
`
