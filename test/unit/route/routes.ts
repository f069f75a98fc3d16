import { compileRoutes } from '../../../lambda/route/compile-routes'
import type { Into, Route, RouteInput } from '../../../lambda/route/route'

/** Routes that must be sound; the only warehouse is `main`. */
export function routesOf<I extends Into>(...inputs: readonly RouteInput<I>[]): readonly Route<I>[] {
  const { routes, problems } = compileRoutes(inputs, { warehouses: ['main'] })
  expect(problems).toEqual([])
  return routes
}

/** A route that must be sound, into a table whose name is of no interest. */
export function aRoute(match: string, filename?: RouteInput['filename']): Route {
  const [route] = routesOf({ match, filename, into: { table: 't' } })
  if (route === undefined) throw new Error(`no route came of ${match}`)
  return route
}

/** What is wrong with routes, as `path: message`. */
export function problemsOf(inputs: readonly RouteInput[], warehouses: readonly string[] = ['main']): readonly string[] {
  return compileRoutes(inputs, { warehouses }).problems.map(({ path, message }) => `${path}: ${message}`)
}
