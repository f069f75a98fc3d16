import { setTimeout as sleep } from 'node:timers/promises'
import { handlersOf } from '../../environments/local/functions'
import { LOCAL } from '../../environments/local/names'
import type { LoginInput } from '../../environments/local/provision'
import type { LocalOptions } from '../../environments/local/start'
import type { TargetId } from '../../lambda/model'
import { makeRuntime } from '../../lambda/runtime'
import { type Local, startForTest } from './local'

const KPIS: TargetId = 'main/public.kpis'
const { cluster, workgroup, user, secret, role } = LOCAL
const ROLE_USER = `IAMR:${role}`
const AS_USER: LoginInput = { via: 'data-api', auth: { cluster }, user }

describe('a load through the Data API', () => {
  let local: Local
  afterEach(() => local.stop())

  async function start(options: LocalOptions = {}): Promise<void> {
    local = await startForTest({ login: AS_USER, ...options })
    await local.table('public.kpis', 'id bigint')
  }
  const rows = () => local.rows('public.kpis')
  const state = () => local.ports.targets.get(KPIS)
  const asked = (operation: string) => local.redshiftData.requests.get(operation) ?? 0
  const logged = (event: string) => local.logged.filter((line) => line.event === event).length
  const errors = () => local.logged.filter(({ level }) => level === 'error')

  async function until(isSo: () => Promise<boolean> | boolean, patienceMs = 20_000): Promise<void> {
    const untilMs = Date.now() + patienceMs
    while (!(await isSo())) {
      if (Date.now() > untilMs)
        throw new Error(`it never came to be so: ${JSON.stringify([await state(), local.logged])}`)
      await sleep(20)
    }
  }
  /** Until nothing of the target waits or runs. */
  const done = (patienceMs?: number) =>
    until(async () => {
      await local.quiet()
      const now = await state()
      return now !== undefined && now.unfinished === undefined && now.waitingFiles === 0 && now.lease === undefined
    }, patienceMs)
  const isSubmitted = async () => (await state())?.unfinished?.session !== undefined
  const hasEndedInWarehouse = async () => {
    const id = (await state())?.unfinished?.session
    return id !== undefined && (await rows()) > 0
  }

  it('has its files handed over, left alone, and recorded when the warehouse says that it has finished', async () => {
    // Nobody else would look so soon.
    await start({ tickEveryMs: 3_600_000 })
    await local.put('kpis/a.csv', '1\n2\n')
    await done(4_000)
    expect(await rows()).toBe(2)
    expect(await local.record(KPIS, 'kpis/a.csv')).toMatchObject({ status: 'loaded' })
    expect((await state())?.lastLoad).toMatchObject({ files: 1, rows: 2 })
    expect(await local.notices('success')).toMatchObject([{ body: { rows: 2 } }])
    expect(asked('BatchExecuteStatement')).toBe(1)
    expect(errors()).toEqual([])
  })

  it.each([
    ['as a user of a cluster', AS_USER],
    ['with a secret', { via: 'data-api', auth: { cluster }, secretArn: secret }],
    ['by the role alone', { via: 'data-api', auth: { cluster } }],
    ['on a workgroup', { via: 'data-api', auth: { workgroup } }],
    ['on a workgroup with a secret', { via: 'data-api', auth: { workgroup }, secretArn: secret }],
  ] satisfies [string, LoginInput][])('loads a file %s', async (_, login) => {
    await start({ login })
    await local.redshift.admin(
      `create user "${ROLE_USER}" password disable; grant create on database ${LOCAL.database} to "${ROLE_USER}"; grant insert on public.kpis to "${ROLE_USER}"`,
    )
    await local.put('kpis/a.csv', '1\n')
    await done()
    expect(await rows()).toBe(1)
    expect(local.ssm.requests.get('GetParameter')).toBeUndefined()
    expect(asked('BatchExecuteStatement')).toBe(1)
  })

  describe('whose end', () => {
    it('nobody tells of is found by the tick', async () => {
      await start()
      local.redshiftData.disturbNextEvent({ how: { kind: 'drop' } })
      local.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 300 })
      await local.put('kpis/a.csv', '1\n')
      await until(hasEndedInWarehouse)
      await local.tick()
      await done(3_000)
      expect(await local.record(KPIS, 'kpis/a.csv')).toMatchObject({ status: 'loaded' })
      expect([logged('batch-loaded'), await rows()]).toEqual([1, 1])
    })

    it('nobody tells of, and no tick comes, is found by a look some seconds later', async () => {
      await start({ tickEveryMs: 3_600_000 })
      local.redshiftData.disturbNextEvent({ how: { kind: 'drop' } })
      await local.put('kpis/a.csv', '1\n')
      await done()
      expect([logged('batch-loaded'), await rows()]).toEqual([1, 1])
    })

    it('is told twice is recorded once', async () => {
      await start()
      local.redshiftData.disturbNextEvent({ how: { kind: 'double' } })
      await local.put('kpis/a.csv', '1\n')
      await done()
      await local.quiet()
      expect([logged('batch-loaded'), logged('load-failed'), await rows()]).toEqual([1, 0, 1])
    })

    it('is told late finds it recorded already, and harms nobody', async () => {
      await start()
      local.redshiftData.disturbNextEvent({ how: { kind: 'delay', delayMs: 1_500 } })
      await local.put('kpis/a.csv', '1\n')
      await until(hasEndedInWarehouse)
      await local.tick()
      await done(1_400)
      await local.put('kpis/b.csv', '2\n')
      await sleep(1_600)
      await done()
      expect([logged('batch-loaded'), logged('load-failed'), await rows()]).toEqual([2, 0, 2])
    })
  })

  it('may take longer than any function may run', async () => {
    const lifeMs = 13_500
    const livesMs: number[] = []
    await start({
      handlers: (variables) => {
        const handlers = handlersOf(makeRuntime(variables, { log: () => {}, measure: () => {} }))
        return {
          ...handlers,
          onLoad: async (event, context) => {
            const bornMs = Date.now()
            const getRemainingTimeInMillis = () => bornMs + lifeMs - Date.now()
            try {
              return await handlers.onLoad(event, { ...context, getRemainingTimeInMillis })
            } finally {
              livesMs.push(Date.now() - bornMs)
            }
          },
        }
      },
    })
    local.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: lifeMs + 500 })
    await local.put('kpis/a.csv', '1\n')
    await until(isSubmitted)
    await local.tick()
    expect((await state())?.hold).toBeUndefined()
    await done(20_000)
    expect(await rows()).toBe(1)
    expect(asked('BatchExecuteStatement')).toBe(1)
    expect(Math.max(...livesMs)).toBeLessThan(5_000)
  }, 60_000)

  it('is handed over once, however often the loader is woken meanwhile', async () => {
    await start()
    local.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 1_000 })
    await local.put('kpis/a.csv', '1\n')
    await until(isSubmitted)
    for (let wakes = 0; wakes < 5; wakes += 1) {
      await local.ports.wakes.send([{ target: KPIS, delaySeconds: 0 }])
      await local.quiet()
    }
    await done()
    expect([asked('BatchExecuteStatement'), await rows()]).toEqual([1, 1])
  })

  it('whose answer got lost is asked for again and is the same', async () => {
    await start()
    local.redshiftData.failNext({ operation: 'BatchExecuteStatement', times: 4, how: { kind: 'answer-lost' } })
    await local.put('kpis/a.csv', '1\n')
    await done()
    expect([await rows(), logged('batch-loaded')]).toEqual([1, 1])
    const copies = local.redshift.statements.filter(({ statement }) => /^copy/i.test(statement))
    expect(copies).toHaveLength(1)
  }, 30_000)

  it('that fails for a file marks it, tells of it, and goes on to the others', async () => {
    await start({ settings: { batch: { seconds: 1 } } })
    await local.put('kpis/bad.csv', '1\nx\n')
    await local.put('kpis/good.csv', '2\n')
    await done()
    expect(await local.record(KPIS, 'kpis/bad.csv')).toMatchObject({
      status: 'failed',
      error: { line: 2, column: 'id', value: 'x' },
    })
    expect(await local.record(KPIS, 'kpis/good.csv')).toMatchObject({ status: 'loaded' })
    await local.put('kpis/later.csv', '3\n')
    await done()
    expect(await local.redshift.admin('select id from kpis order by id')).toEqual([{ id: '2' }, { id: '3' }])
  }, 30_000)

  it('that a person cancels is tried again by itself', async () => {
    await start()
    local.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 700 })
    await local.put('kpis/a.csv', '1\n')
    await until(isSubmitted)
    const { CancelStatementCommand } = await import('@aws-sdk/client-redshift-data')
    const Id = (await state())?.unfinished?.session
    await local.clients.redshiftData().send(new CancelStatementCommand({ Id }))
    await done()
    expect([await rows(), asked('BatchExecuteStatement')]).toEqual([1, 2])
  }, 30_000)

  it('runs what is wanted once it is committed, one statement after the other, and records how it ended', async () => {
    await start({
      settings: {
        routes: [{ match: '{table}/**', into: { afterCommit: ['analyze kpis', 'select {rows} / 0', 'select 1'] } }],
      },
    })
    await local.redshift.admin(`alter table kpis owner to ${user}`)
    await local.put('kpis/a.csv', '1\n')
    await done()
    expect(await rows()).toBe(1)
    const { batchId = '' } = (await state())?.lastLoad ?? {}
    expect(await local.ports.batches.get(KPIS, batchId)).toMatchObject({
      status: 'loaded',
      afterCommit: { done: 1, failed: { statement: 1 } },
    })
  }, 30_000)

  it('leaves no secret in a log line, notice, record or statement (S8)', async () => {
    await start({ login: { via: 'data-api', auth: { cluster }, secretArn: secret } })
    await local.put('kpis/broken.csv', 'x\n')
    await done()
    const said = await local.everythingSaid(KPIS, 'kpis/broken.csv')
    expect(said).toContain('kpis/broken.csv')
    expect(said).not.toContain(LOCAL.firstPassword)
  })
})
