import { settingsFrom } from '../../lambda/settings'
import { minimal, problemsOf } from './some-settings'

describe('the settings', () => {
  it('need no route: the prefix is the table', () => {
    const settings = settingsFrom(minimal)
    expect(settings.routes.map(({ id }) => id)).toEqual(['{table}/**'])
    expect(settings.batch).toEqual({ files: 100, bytes: 1_000_000_000, seconds: 60 })
    expect(settings.warehouses['main']).toMatchObject({
      port: 5439,
      copyRole: 'default',
      login: { kind: 'password', user: 'u', parameter: '/penstock/dev/main/password' },
    })
  })

  it('tell how to log in: by IAM as a user, as the role, or at a workgroup', () => {
    const anybody = { kind: 'redshift', host: 'h', database: 'd' }
    const loginOf = (main: object) => settingsFrom({ ...minimal, warehouses: { main } }).warehouses['main']?.login
    expect(loginOf({ ...anybody, user: 'u', auth: { cluster: 'c' } })).toEqual({
      kind: 'cluster',
      cluster: 'c',
      user: 'u',
    })
    expect(loginOf({ ...anybody, auth: { cluster: 'c', region: 'eu-north-1' } })).toEqual({
      kind: 'cluster',
      cluster: 'c',
      region: 'eu-north-1',
    })
    expect(loginOf({ ...anybody, auth: { workgroup: 'w' } })).toEqual({ kind: 'workgroup', workgroup: 'w' })
  })

  it('read sizes as people write them', () => {
    expect(settingsFrom({ ...minimal, batch: { bytes: '1.5 GB' } }).batch.bytes).toBe(1_500_000_000)
    expect(settingsFrom({ ...minimal, batch: { bytes: '64 KB' } }).batch.bytes).toBe(64_000)
  })

  it('tell every problem at once, each with its path', () => {
    const problems = problemsOf({
      ...minimal,
      name: 'Dev!',
      batch: { files: 0, secnods: 3 },
      routes: [
        { match: '{table}/**', into: { csv: { headerLine: 1 } } },
        { match: 'a//b', into: {} },
      ],
    })
    expect([...problems].sort()).toEqual([
      expect.stringMatching(/^batch\.files: /),
      expect.stringMatching(/^batch\.secnods: .*did you mean 'seconds'/),
      expect.stringMatching(/^name: .*lower-case/),
      expect.stringMatching(/^routes\[0\]\.into\.csv\.headerLine: .*did you mean 'headerLines'/),
      expect.stringMatching(/^routes\[1\]\.match: 'a\/\/b' holds '\/\/'/),
    ])
  })

  it('name the routes that can never match or that are equally specific', () => {
    const problems = problemsOf({
      ...minimal,
      routes: [
        { match: 'a//b', into: { table: 'x' } },
        { match: '{table}/x/**', into: {} },
        { match: '*/x/**', into: { table: 'y' } },
        { match: 'c/**', into: { warehouse: 'mian', table: 'z' } },
      ],
    })
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['routes[0].match', 'routes[2].match', 'routes[3].into.warehouse']),
    )
    expect(problems.join('\n')).toContain("did you mean 'main'")
  })

  it.each([
    [{ quote: 'ab' }, 'quote'],
    [{ delimiter: '' }, 'delimiter'],
    [{ delimiter: '\n' }, 'delimiter'],
    [{ nullText: 'a\nb' }, 'nullText'],
    [{ headerLines: -1 }, 'headerLines'],
  ])('refuse a CSV that cannot be: %j', (csv, key) => {
    expect(problemsOf({ ...minimal, csv }).join()).toContain(`csv.${key}`)
  })

  it.each(['h.x:5439', 'https://h.x', ''])('refuse a host that is more or less than a host: %j', (host) => {
    const warehouses = { main: { kind: 'redshift', host, database: 'd', user: 'u' } }
    expect(problemsOf({ ...minimal, warehouses }).join()).toContain('warehouses.main.host')
  })

  it('refuse a column that is named twice, whatever its case', () => {
    const routes = [{ match: '{table}/**', into: { columns: ['a', 'A'] } }]
    expect(problemsOf({ ...minimal, routes }).join()).toContain('a column is named twice')
  })

  it('throw a list that a person can work through', () => {
    expect(() => settingsFrom({ ...minimal, name: 'X', work: 'nowhere' })).toThrow(
      /the settings cannot be used:\n {2}name: .*\n {2}work: /,
    )
  })
})
