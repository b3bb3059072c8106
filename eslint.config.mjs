// Lint: what TypeScript itself does not refuse. Layout is prettier's; who may import whom is tests/architecture.
import { defineConfig, globalIgnores } from 'eslint/config'
import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

/** A function is read in one sitting. The few that are longer say why beside the line that lets them be. */
function functionsOf(max) {
  return ['error', { max, skipBlankLines: true, skipComments: true }]
}

/** Strict, with types: no any, no non-null assertions, no floating promises, exported functions say what they return. */
const strict = {
  extends: [tseslint.configs.strictTypeChecked],
  rules: {
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/explicit-module-boundary-types': 'error',
    // A function may be async because its callers await it.
    '@typescript-eslint/require-await': 'off',
    // A number in a text is what it says it is; other kinds are still refused.
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    // `() => store.close()` says what it does, whatever that returns.
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // tfjs-node declares the plain records of its binding as classes.
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    '@typescript-eslint/no-meaningless-void-operator': 'off',
    // `[...text]` walks a text by code points, which is what a tokenizer means.
    '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }, 'string'] }],
    // `const { left, ...rest } = all` leaves something out.
    '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    'max-lines-per-function': functionsOf(40),
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    eqeqeq: 'error',
  },
}

export default defineConfig(
  globalIgnores([
    'out/',
    'node_modules/',
    'tests/golden/',
    'tests/screenshots/',
    'tests/.cache/',
    'resources/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    ...strict,
    files: ['src-main/**/*.ts', 'scripts/**/*.ts', 'tests/**/*.ts', '*.config.ts'],
    ignores: ['tests/unit/src-renderer/**'],
    languageOptions: { parserOptions: { project: './tsconfig.node.json' } },
  },
  {
    files: ['src-renderer/**/*.{ts,vue}', 'tests/unit/src-renderer/**/*.ts'],
    extends: [...strict.extends, pluginVue.configs['flat/recommended']],
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        project: './tsconfig.web.json',
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      ...strict.rules,
      // The linter does not see through an import of a component, and takes it for any; vue-tsc does see.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['src-renderer/**/*.vue'],
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
      // A prop's default in `const { size = 1 } = defineProps<…>()` is what makes it optional.
      '@typescript-eslint/no-useless-default-assignment': 'off',
      // prettier's part
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
    },
  },
  // A composable is many short functions inside one, which holds what they share.
  { files: ['src-renderer/composables/**'], rules: { 'max-lines-per-function': functionsOf(95) } },
  {
    files: ['tests/**/*.ts'],
    rules: {
      // A `describe` is a chapter, not a function.
      'max-lines-per-function': 'off',
      // vitest's expect.any() and the like are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // `expect(store.open)` and lists of functions under test call nothing by themselves.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  // A component is the default export of its file.
  { files: ['src-renderer/**/*.vue', '*.config.*'], rules: { 'no-restricted-exports': 'off' } },
)
