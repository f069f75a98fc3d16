import { readWake } from '../../../lambda/load/wake'
import { statementName } from '../../../lambda/statement-name'

const NAME = statementName({ environment: 'dev', target: 'main/public.kpis', batchId: '01JD', what: '1' })
const eventOf = (statementName: unknown, more: object = {}) => ({
  version: '0',
  source: 'aws.redshift-data',
  'detail-type': 'Redshift Data Statement Status Change',
  detail: { statementName, statementId: 'x', state: 'FINISHED', rows: 1 },
  ...more,
})

describe('a message to the loader', () => {
  it('is a wake, which names its target', () => {
    expect(readWake(JSON.stringify({ target: 'main/public.kpis' }))).toBe('main/public.kpis')
  })

  it.each(['FINISHED', 'FAILED', 'ABORTED'])('or tells that a statement of a target has ended: %s', (state) => {
    expect(readWake(JSON.stringify(eventOf(NAME, { detail: { statementName: NAME, state } })))).toBe('main/public.kpis')
  })

  it('tells the same of a statement that was run after the commit', () => {
    expect(readWake(JSON.stringify(eventOf('penstock/dev/main/public.a/b/01JD/after-0')))).toBe('main/public.a/b')
  })

  it.each([
    ['no JSON', 'wake up'],
    ['nothing', 'null'],
    ['no target', '{}'],
    ['no name of a target', JSON.stringify({ target: 'kpis' })],
    ['somebody else’s statement', JSON.stringify(eventOf('nightly'))],
    ['a statement without a name', JSON.stringify(eventOf(''))],
    ['a statement whose name is no text', JSON.stringify(eventOf(7))],
    ['a name that stops in the middle', JSON.stringify(eventOf('penstock/dev/main/public.kpis/01JD'))],
    ['a name without a table', JSON.stringify(eventOf('penstock/dev/main/01JD/1'))],
    ['an event of something else', JSON.stringify(eventOf(NAME, { source: 'aws.s3' }))],
    ['an event without detail', JSON.stringify({ source: 'aws.redshift-data' })],
  ])('is refused, with its beginning, if it is %s', (_, body) => {
    expect(() => readWake(body)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_EVENT', message: expect.stringContaining(body.slice(0, 20)) }),
    )
  })
})
