import type { Notice, NoticesPort } from '../../../lambda/ports'

/** What a subscriber of the topic gets. */
export interface Received {
  readonly subject: string
  readonly body: Notice['body']
  readonly attributes: Notice['attributes']
}

/** What the pipeline relies on from whatever tells people. */
export function describeNoticesPort(
  name: string,
  make: () => { readonly port: NoticesPort; readonly topicArn: string; newest(): Promise<Received> },
): void {
  const sent = async (notice: Notice) => {
    await make().port.publish(make().topicArn, notice)
    return await make().newest()
  }

  describe(`notices ${name}`, () => {
    it('tells subject, body and attributes', async () => {
      const notice = {
        subject: 'main/public.orders: 1 file failed',
        body: { files: ['s3://landing/ü.csv'], rows: 3 },
        attributes: { kind: 'failed', target: 'main/public.orders' },
      }
      expect(await sent(notice)).toEqual(notice)
    })

    it('makes a subject that SNS takes of any text', async () => {
      const { subject } = await sent({ subject: `two\nlines\tü ${'x'.repeat(100)}`, body: {}, attributes: {} })
      expect(subject).toBe(`two lines ? ${'x'.repeat(84)}...`)
      expect((await sent({ subject: '\n', body: {}, attributes: {} })).subject).toBe('Penstock')
    })

    it('leaves out an attribute without a value', async () => {
      expect((await sent({ subject: 'a', body: {}, attributes: { empty: '', kind: 'k' } })).attributes).toEqual({
        kind: 'k',
      })
    })

    it('cuts the biggest field of too long a body, and says so', async () => {
      const files = Array.from({ length: 20_000 }, (_, at) => `s3://landing/orders/${at}.csv`)
      const { body } = await sent({ subject: 'a', body: { kind: 'failed', files }, attributes: {} })
      expect(body).toMatchObject({ kind: 'failed', truncated: ['files'] })
      expect(body['files']).toEqual(files.slice(0, 5_000))
    })

    it('shows no secret by the name of a field', async () => {
      const { body } = await sent({ subject: 'a', body: { password: 'hunter2!', user: 'penstock' }, attributes: {} })
      expect(body).toEqual({ password: '[redacted]', user: 'penstock' })
    })
  })
}
