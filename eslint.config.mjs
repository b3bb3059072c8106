// Lint: what TypeScript itself does not refuse. Layout is prettier's; who may import whom is tests/architecture.
import { defineConfig, globalIgnores } from 'eslint/config'
import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

/** Strict, with types: no any, no non-null assertions, no floating promises, exported functions say what they return. */
const strict = {
  extends: [tseslint.configs.strictTypeChecked],
  rules: {
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/explicit-module-boundary-types': 'error',
    // A number in a text is what it says it is; other kinds are still refused.
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    // `() => store.close()` says what it does, whatever that returns.
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // tfjs-node declares the plain records of its binding as classes.
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
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
    rules: strict.rules,
  },
  {
    files: ['src-renderer/**/*.vue'],
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
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
  // A component is the default export of its file.
  { files: ['src-renderer/**/*.vue', '*.config.*'], rules: { 'no-restricted-exports': 'off' } },
)
