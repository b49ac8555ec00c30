import effect from "@effect/eslint-plugin"
import tseslint from "typescript-eslint"

const format = {
  indentWidth: 2,
  lineWidth: 120,
  newLineKind: "lf",
  semiColons: "asi",
  quoteStyle: "alwaysDouble",
  trailingCommas: "never",
  operatorPosition: "maintain",
  "arrowFunction.useParentheses": "force"
}

export default tseslint.config(
  { ignores: ["dist/**", "coverage/**", "node_modules/**", "effect4/build/**", "effect4/node_modules/**"] },
  {
    files: ["**/*.{ts,mts,mjs}"],
    extends: [tseslint.configs.base],
    plugins: { "@effect": effect },
    linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true },
    rules: {
      "@effect/dprint": ["error", { config: format }],
      "no-console": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "object-shorthand": "error",
      "@typescript-eslint/array-type": ["error", { default: "generic", readonly: "generic" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description" }]
    }
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "@effect/no-import-from-barrel-package": ["error", {
        packageNames: ["effect", "@effect/platform"]
      }],
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/ban-ts-comment": "error",
      "max-lines": ["error", { max: 400 }],
      "no-restricted-globals": [
        "error",
        { name: "process", message: "Use Config, or the services of @effect/platform." },
        { name: "setTimeout", message: "Use Effect.sleep, which follows the Clock." },
        { name: "Date", message: "Use Clock or DateTime." }
      ],
      // What compiles on Effect 4 too and means something else there, or is of one major version only: see effect4/README.md.
      "no-restricted-syntax": [
        "error",
        ...[
          ["Arr", "partition", "its halves are in the other order on Effect 4: filter twice"],
          ["Stream", "splitLines", "a carriage return alone ends a line on Effect 4: use Lines.split"],
          ["Effect", "partition", "its halves are in the other order on Effect 4: collect Effect.either"],
          ["Effect", "yieldNow", "it is a value on Effect 4"],
          ["Effect", "locally", "use a Context.Reference"]
        ].map(([module, name, message]) => ({
          selector: `MemberExpression[object.name=${module}][property.name=${name}]`,
          message: `${module}.${name}: ${message}.`
        })),
        {
          selector: "ImportDeclaration[source.value=/^effect\\u002F(SortedMap|FiberRef|STM)$/]",
          message: "Effect 4 has no such module."
        }
      ]
    }
  },
  // It has a twin, which asks the fiber in another way.
  { files: ["src/effect/FiberState.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["test/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...["callee", "callee.object"].map((callee) => ({
          selector: `CallExpression[${callee}.name=/^(it|test)$/] > Literal.arguments:first-child[value!=/: /]`,
          message: "A title is \"subject: behaviour\"."
        }))
      ]
    }
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/effect/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        ...["effect/ParseResult", "effect/SchemaAST", "effect/Arbitrary", "@effect/platform/Command"].map((name) => ({
          name,
          message: "It differs on Effect 4: use src/effect, which has a twin for it."
        }))
      ]
    }
  },
  // `startTimeout` limits a request without a fiber.
  { files: ["src/kubernetes/transport/ResponseBody.ts"], rules: { "no-restricted-globals": "off" } },
  { files: ["bench/**", "examples/**", "scripts/**", "effect4/**", "test/**/*.mjs"], rules: { "no-console": "off" } }
)
