import { makeOnObject } from '../../../lambda/handlers/on-object'
import { aWorld } from '../../spec/world'

const notification = (...keys: readonly string[]) => ({
  Records: keys.map((key, index) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-west-1',
    eventTime: '2026-11-20T12:00:00.000Z',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'landing' }, object: { key, size: 3, eTag: 'e', sequencer: `0${index}` } },
  })),
})
const message = (messageId: string, body: unknown) => ({
  messageId,
  eventSource: 'aws:sqs',
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

function anIntake() {
  const world = aWorld()
  const onObject = makeOnObject({ ports: world.ports, flush: () => {} })
  return {
    world,
    onObject,
    waiting: async () => (await world.waiting('main/public.orders')).map(({ object }) => object.key),
  }
}

describe('the intake (S1)', () => {
  it('reads every record of every message', async () => {
    const { onObject, waiting } = anIntake()
    const response = await onObject({
      Records: [message('1', notification('orders/a.csv', 'orders/b.csv')), message('2', notification('orders/c.csv'))],
    })
    expect(response).toEqual({ batchItemFailures: [] })
    expect((await waiting()).sort()).toEqual(['orders/a.csv', 'orders/b.csv', 'orders/c.csv'])
  })

  it('gives back only the message that it cannot read, tells why, and takes the good records beside the bad one', async () => {
    const { world, onObject, waiting } = anIntake()
    const half = { Records: [...notification('orders/a.csv').Records, { s3: {} }] }
    const response = await onObject({
      Records: [message('good', notification('orders/b.csv')), message('half', half), message('none', 'no JSON')],
    })
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'half' }, { itemIdentifier: 'none' }])
    expect((await waiting()).sort()).toEqual(['orders/a.csv', 'orders/b.csv'])
    expect(
      world.logged.filter(({ event }) => event === 'event-malformed').map(({ fields }) => fields['messageId']),
    ).toEqual(['half', 'none'])
  })

  it('acknowledges the test event of S3', async () => {
    const { onObject } = anIntake()
    const event = {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2026-11-20T12:00:00.000Z',
      Bucket: 'landing',
      RequestId: 'r',
      HostId: 'h',
    }
    expect(await onObject({ Records: [message('1', event)] })).toEqual({ batchItemFailures: [] })
  })

  it('takes an S3 notification and an EventBridge event that invoke it directly', async () => {
    const { onObject, waiting } = anIntake()
    await onObject(notification('orders/a%2Bb.csv'))
    await onObject({
      version: '0',
      source: 'aws.s3',
      'detail-type': 'Object Created',
      time: '2026-11-20T12:00:00Z',
      detail: {
        bucket: { name: 'landing' },
        object: { key: 'orders/c%2Bd.csv', size: 3, etag: 'e', sequencer: '05' },
        reason: 'PutObject',
      },
    })
    expect((await waiting()).sort()).toEqual(['orders/a+b.csv', 'orders/c%2Bd.csv'])
  })

  it('fails a direct invocation that it cannot read, so that it is tried again and parked', async () => {
    const { onObject } = anIntake()
    await expect(onObject({ hello: 'world' })).rejects.toMatchObject({ code: 'MALFORMED_EVENT' })
  })

  it('acknowledges nothing that is not durable, and one failing message does not hold up the others', async () => {
    const { world, onObject } = anIntake()
    const { put } = world.ports.arrivals
    world.ports.arrivals.put = async (arrivals) => {
      if (arrivals.some(({ object }) => object.key === 'orders/poison.csv'))
        throw new Error('DynamoDB refuses this one')
      await put(arrivals)
    }
    const response = await onObject({
      Records: [message('1', notification('orders/a.csv')), message('2', notification('orders/poison.csv'))],
    })
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: '2' }])
  })

  it('acknowledges nothing without its settings', async () => {
    const world = aWorld()
    const settings = async () => {
      throw new Error('no settings')
    }
    const onObject = makeOnObject({ ports: { ...world.ports, settings }, flush: () => {} })
    const response = await onObject({ Records: [message('1', notification('orders/a.csv'))] })
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: '1' }])
  })
})
