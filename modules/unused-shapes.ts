import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** The file in which a client of the SDK keeps the shapes of all its operations. */
const SHAPES = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/
/**
 * The error classes that Penstock asks for. Of all others it reads the name alone, which the SDK gives also without the class: that of
 * the service's answer, such as `ClusterNotFound` where the class would be called `ClusterNotFoundFault`.
 */
export const ASKED_ERRORS: readonly string[] = ['ConditionalCheckFailedException']

/**
 * Leaves out of a bundle what the SDK knows of operations that are never called. A bundler keeps every shape, because its computed keys
 * could do something; said to be pure, they go. With them and the error classes a function takes a fourth more to begin.
 * A file in which nothing of the expected form is found fails the build: the SDK is made differently then.
 */
export const withoutUnusedShapes: Plugin = {
  name: 'without-unused-shapes',
  setup(build) {
    build.onLoad({ filter: SHAPES }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const pure = pureShapes(text)
      if (pure === text) return { errors: [{ text: `${path} lists its shapes in a way that is not known here` }] }
      return { contents: withoutErrorClasses(pure), loader: 'js' }
    })
  },
}

/** `export var Shape$ = [...];` as a call that may be left out when nobody uses its result. */
export function pureShapes(text: string): string {
  return text.replace(
    /^(export var|var) ([\w$]+) = (\[[\s\S]*?);$/gm,
    (_, declares: string, name: string, shape: string) => `${declares} ${name} = /* @__PURE__ */ (() => (${shape}))();`,
  )
}

function withoutErrorClasses(text: string): string {
  return text.replace(/^n0_registry\.registerError\([\w$]+, (\w+)\);$/gm, (line, name: string) =>
    ASKED_ERRORS.includes(name) ? line : '',
  )
}
