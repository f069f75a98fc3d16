import { explainRoutes } from '../../../lambda/route/explain-routes'
import { routesOf } from './routes'

it.each([
  ['{table}/**', undefined, 'kpis', "the key ends before folder 1, '{table}'"],
  ['sales/orders/**', undefined, 'sales/contacts/a.csv', 'folder 2 is "contacts", not \'orders\''],
  ['sales/*', undefined, 'sales/orders/a.csv', 'the key goes on with folder 2, "orders", where the route wants a file'],
  ['sales/*.csv', undefined, 'sales/a.json', "the file's name is \"a.json\", not '*.csv'"],
  ['**/x/*', undefined, 'a/b/c.csv', "the folders after '**' are not those that the route wants"],
  ['sales/**', '*.csv', 'sales/a.json', 'the file\'s name is "a.json", which is not *.csv'],
  ['sales/**', { regex: '^b' }, 'sales/a.json', 'the file\'s name is "a.json", which is not /^b/'],
])('tells where %s (%j) and %s part', (match, filename, key, why) => {
  const routes = routesOf({ match, filename, into: { table: 't' } })
  expect(explainRoutes(key, routes)).toEqual([{ route: routes[0]?.id, matches: false, why }])
})

it('tells of every route, most specific first', () => {
  const routes = routesOf({ match: '{table}/**', into: {} }, { match: 'a/**', into: { table: 't' } })
  expect(explainRoutes('b/x', routes)).toEqual([
    { route: 'a/**', matches: false, why: 'folder 1 is "b", not \'a\'' },
    { route: '{table}/**', matches: true },
  ])
})
