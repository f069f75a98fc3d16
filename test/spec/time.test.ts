import type { TargetId } from '../../lambda/model'
import { loadTarget } from '../../lambda/pipeline'
import type { Connection, LoadJob, LoadOutcome, Ports, WarehouseSession } from '../../lambda/ports'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'

/** Ports whose warehouse takes time: the clock goes on with every call of a session. */
function slowly(
  world: World,
  takes: { readonly connectMs?: number; readonly endMs?: number; readonly copyMs?: number; readonly headMs?: number },
) {
  let skewMs = 0
  const jobs: { readonly atMs: number; readonly timeoutMs: number }[] = []
  const now = () => world.now() + skewMs
  const wrap = (session: WarehouseSession): WarehouseSession => ({
    ...(session.id === undefined ? {} : { id: session.id }),
    close: () => session.close(),
    runAfter: (job) => session.runAfter(job),
    table: (name) => session.table(name),
    find: async (begun) => {
      skewMs += takes.endMs ?? 0
      return session.find(begun)
    },
    load: async (job: LoadJob): Promise<LoadOutcome> => {
      jobs.push({ atMs: now(), timeoutMs: job.timeoutMs })
      const copyMs = takes.copyMs ?? 0
      if (copyMs > job.timeoutMs) {
        skewMs += job.timeoutMs
        return {
          kind: 'refused',
          fault: { kind: 'too-long', code: '57014', message: "Query (1) cancelled on user's request", fileErrors: [] },
        }
      }
      skewMs += copyMs
      return session.load(job)
    },
  })
  const ports: Ports = {
    ...world.ports,
    now,
    objects: {
      ...world.ports.objects,
      put: (u, b) => world.ports.objects.put(u, b),
      get: (u) => world.ports.objects.get(u),
      head: async (url) => {
        skewMs += (takes.headMs ?? 0) / 16
        return world.ports.objects.head(url)
      },
    },
    warehouses: {
      connect: async (name): Promise<Connection> => {
        skewMs += takes.connectMs ?? 0
        const connection = await world.ports.warehouses.connect(name)
        return connection.kind === 'connected' ? { ...connection, session: wrap(connection.session) } : connection
      },
    },
  }
  return {
    ports,
    jobs,
    now,
    forward: (ms: number) => {
      skewMs += ms
    },
  }
}

describe('time', () => {
  it('that is too short at the end of an invocation is not taken for a batch that is too big', async () => {
    const world = aWorld({ batch: { files: 1, seconds: 0 } })
    const objects = []
    for (let file = 0; file < 12; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...objects)
    const slow = slowly(world, { copyMs: 6_000 })
    await loadTarget(slow.ports, ORDERS, { owner: 'one', deadlineMs: slow.now() + 60_000 })
    expect({
      hold: (await world.state(ORDERS))?.hold,
      told: world.notices.published
        .filter(({ topicArn }) => topicArn.endsWith('failure'))
        .map(({ notice }) => notice.subject),
    }).toEqual({ hold: undefined, told: [] })
  })

  it('does not begin a COPY that cannot end before the deadline after a slow connection', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    const slow = slowly(world, { connectMs: 10_000 })
    const deadlineMs = slow.now() + 12_000
    await loadTarget(slow.ports, ORDERS, { owner: 'one', deadlineMs })
    expect(slow.jobs.filter(({ atMs, timeoutMs }) => atMs + timeoutMs > deadlineMs - 8_000)).toEqual([])
  })

  it('does not begin a COPY after the deadline because the old session took long to end', async () => {
    const world = aWorld()
    world.warehouse.commitFaults.push('lost-before')
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const slow = slowly(world, { endMs: 30_000 })
    slow.forward(60_000)
    const deadlineMs = slow.now() + 20_000
    await loadTarget(slow.ports, ORDERS, { owner: 'one', deadlineMs })
    expect(slow.jobs.filter(({ atMs }) => atMs > deadlineMs)).toEqual([])
  })

  it('that is spent on looking at 5,000 files leaves the COPY its own', async () => {
    const world = aWorld({
      batch: { files: 5_000, seconds: 0 },
      routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }],
    })
    const objects = []
    for (let file = 0; file < 5_000; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...objects)
    const slow = slowly(world, { headMs: 30 })
    const deadlineMs = slow.now() + 13_000
    await loadTarget(slow.ports, ORDERS, { owner: 'one', deadlineMs })
    expect(slow.jobs.filter(({ atMs, timeoutMs }) => atMs + timeoutMs > deadlineMs - 8_000)).toEqual([])
  })

  it('stamped on an event by a clock that is ahead does not hold up the files that come after it', async () => {
    const world = aWorld({ batch: { seconds: 60 } })
    const ahead = await world.put('orders/ahead.csv')
    await world.deliver({ ...ahead, eventTimeMs: ahead.eventTimeMs + 24 * 3_600_000 })
    await world.deliver(await world.put('orders/1.csv'))
    await world.pass(3 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toContain('s3://landing/orders/1.csv')
  })

  it('of a late event counts from the event: its file is due at once', async () => {
    const world = aWorld({ batch: { seconds: 3_600 } })
    const late = await world.put('orders/late.csv')
    await world.pass(7_200_000)
    await world.deliver(await world.put('orders/1.csv'))
    await world.deliver(late)
    await world.pass(3 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toContain('s3://landing/orders/late.csv')
  })

  it('that a window has lost by new settings is not waited for', async () => {
    const world = aWorld({ batch: { seconds: 86_400 } })
    await world.deliver(await world.put('orders/1.csv'))
    world.changeSettings({ batch: { seconds: 60 } })
    await world.pass(5 * 60_000)
    await world.deliver(await world.put('orders/2.csv'))
    await world.pass(5 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(2)
  })
})
