#!/usr/bin/env bash
# dockerfile-ast: heredocs are found in other places than BuildKit finds them.
#
# Expected (BuildKit's own parser, github.com/moby/buildkit/frontend/dockerfile/parser, run here if there is Go):
# `RUN echo 'a <<EOF b'` is one line, because the words are quoted; `RUN cat << EOF` begins a heredoc.
# Seen: the first is taken for a heredoc without an end, and the rest of the file becomes part of it; the second is not taken
# for one, and each line of its body becomes an instruction.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error dockerfile-ast@0.7.1 > /dev/null || exit 2
echo "node $(node -v), dockerfile-ast 0.7.1"

printf "FROM scratch\nRUN echo 'a <<EOF b'\nUSER 1\n" > quoted
printf 'FROM scratch\nRUN cat << EOF\nhello\nEOF\nUSER 1\n' > blank
cat > show.mjs << 'JS'
import { DockerfileParser } from "dockerfile-ast"
import * as fs from "node:fs"
const instructions = DockerfileParser.parse(fs.readFileSync(process.argv[2], "utf8")).getInstructions()
console.log(instructions.map((instruction) => instruction.getKeyword()).join(" "))
JS

if command -v go > /dev/null; then
  mkdir buildkit
  cat > buildkit/main.go << 'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	result, err := parser.Parse(os.Stdin)
	if err != nil {
		fmt.Println(err)
		return
	}
	words := []string{}
	for _, child := range result.AST.Children {
		words = append(words, strings.ToUpper(child.Value))
	}
	fmt.Println(strings.Join(words, " "))
}
GO
  printf 'module finding\n\ngo 1.23.0\n' > buildkit/go.mod
  export GOPATH=$work/go GOFLAGS="-mod=mod -modcacherw"
  if (cd buildkit && go get github.com/moby/buildkit@v0.23.2 && go build -o ../parse .) > go.log 2>&1; then
    for file in quoted blank; do echo "BuildKit 0.23.2, $file: $(./parse < "$file")"; done
  else
    echo "BuildKit's parser could not be built: $(tail -n 1 go.log)"
  fi
fi
echo "expected, quoted: FROM RUN USER"
echo "expected, blank:  FROM RUN USER"
quoted=$(node show.mjs quoted) blank=$(node show.mjs blank)
echo "seen, quoted:     $quoted"
echo "seen, blank:      $blank"
[ "$quoted" = "FROM RUN" ] && [ "$blank" = "FROM RUN HELLO EOF USER" ]
