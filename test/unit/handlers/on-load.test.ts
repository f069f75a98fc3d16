import { makeOnLoad } from '../../../lambda/handlers/on-load'
import { aWorld } from '../../spec/world'

const invocation = { awsRequestId: 'r1', getRemainingTimeInMillis: () => 60_000 }

describe('the loader', () => {
  it('loads the targets of its wakes, each once, and gives back only what failed', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'), await world.put('items/1.csv'))
    const onLoad = makeOnLoad({ ports: world.ports, flush: () => {} })
    const wake = (target: string) => JSON.stringify({ target })
    const response = await onLoad(
      {
        Records: [
          { messageId: '1', body: wake('main/public.orders') },
          { messageId: '2', body: wake('main/public.items') },
          { messageId: '3', body: wake('main/public.orders') },
          { messageId: '4', body: 'not a wake' },
          { messageId: '5', body: wake('main/public.never-seen') },
        ],
      },
      invocation,
    )
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: '4' }])
    expect(world.warehouse.receipts.map(({ target }) => target).sort()).toEqual([
      'main/public.items',
      'main/public.orders',
    ])
    expect(world.logged.find(({ event }) => event === 'load-failed')?.fields).toMatchObject({ messageId: '4' })
  })
})
