import { makeEventBridge } from '../../../environments/local/event-bridge'

const created = (bucket: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: bucket }, object: { key: 'a b' } },
})

function aBus() {
  const sent: [string, string][] = []
  const bus = makeEventBridge(async (arn, body) => {
    if (arn === 'unreachable') throw new Error('unreachable')
    sent.push([arn, body])
  })
  return { bus, sent }
}

describe('the event bus', () => {
  it('hands an event as it is to every rule that takes it', async () => {
    const { bus, sent } = aBus()
    const handled: unknown[] = []
    bus.addRule({ source: 'aws.s3', target: { kind: 'queue', arn: 'all-s3' } })
    bus.addRule({ bucket: 'lake', detailType: 'Object Created', target: { kind: 'queue', arn: 'lake' } })
    bus.addRule({ bucket: 'other', target: { kind: 'queue', arn: 'other' } })
    bus.addRule({ detailType: 'Object Deleted', target: { kind: 'queue', arn: 'deleted' } })
    bus.addRule({ source: 'aws.ssm', target: { kind: 'queue', arn: 'ssm' } })
    bus.addRule({ target: { kind: 'handler', handle: async (event) => handled.push(event) } })
    await bus.put(created('lake'))
    expect(sent).toEqual([
      ['all-s3', JSON.stringify(created('lake'))],
      ['lake', JSON.stringify(created('lake'))],
    ])
    expect(handled).toEqual([created('lake')])
  })

  it('takes events without a bucket for rules that do not ask for one', async () => {
    const { bus, sent } = aBus()
    bus.addRule({ bucket: 'lake', target: { kind: 'queue', arn: 'lake' } })
    bus.addRule({ source: 'aws.ssm', target: { kind: 'queue', arn: 'ssm' } })
    await bus.put({ source: 'aws.ssm', 'detail-type': 'Parameter Store Change', detail: { name: '/a' } })
    expect(sent.map(([arn]) => arn)).toEqual(['ssm'])
  })

  it('says that a target failed, after it has tried the others', async () => {
    const { bus, sent } = aBus()
    bus.addRule({ target: { kind: 'queue', arn: 'unreachable' } })
    bus.addRule({ target: { kind: 'queue', arn: 'reachable' } })
    await expect(bus.put(created('lake'))).rejects.toThrow('unreachable')
    expect(sent.map(([arn]) => arn)).toEqual(['reachable'])
  })
})
