import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Rules that need no types and that typescript-eslint's sets leave out. */
const everywhere = {
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'object-shorthand': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-promise-executor-return': ['error', { allowVoid: true }],
  'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
}

export default defineConfig(
  { ignores: ['dist*/', 'native/build/', 'node_modules/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...everywhere,
      // A new member of a union does not pass until every switch names it or says what its default is.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/strict-boolean-expressions': ['error', { allowNullableObject: true }],
      '@typescript-eslint/only-throw-error': 'error',
      // Numbers and booleans read well inside a template; objects and undefined do not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
    },
  },
  {
    files: ['src/**/*.ts'],
    // stdout belongs to the commands' output and to the log; both have their own writers.
    rules: { 'no-console': 'error' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // In a test a missing element is a failing test, which is what the assertion says.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Hosts and daemons of a laboratory are handed to a test by destructuring.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Texts of sources, which may have templates in them.
    files: ['test/mutants/*.ts'],
    rules: { 'no-template-curly-in-string': 'off' },
  },
  {
    files: ['test/**/*.netns.test.ts', 'test/interop/scenarios/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name="toldAt"]',
          message:
            'An order or a span between two observers (ip monitor and the wire, say) is none: let one of them see both.',
        },
        {
          selector:
            'CallExpression[callee.property.name=/^(toContain|toMatch)$/][callee.object.callee.name="expect"][callee.object.arguments.0.argument.callee.property.name="log"]',
          message: 'A line comes to the log when it comes: wait for it, await daemon.logs(…).',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: everywhere,
  },
)
