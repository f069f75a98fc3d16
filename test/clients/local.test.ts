import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isThere, until } from './tools'

const ROOT = join(__dirname, '..', '..')
const MISSING = ['aws', 'psql'].filter((tool) => !isThere(tool))

if (MISSING.length > 0) {
  process.stderr.write(
    `\n### SKIPPED: ${MISSING.join(' and ')} not found, so \`npm run local\` is not tried with real clients ###\n\n`,
  )
}

/** The lines that `npm run local` prints, pasted into a shell one after another. */
const withClients = MISSING.length > 0 ? describe.skip : describe

withClients('npm run local with the real aws and psql', () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-clients-'))
  let server: ChildProcess
  let printed = ''

  beforeAll(async () => {
    server = spawn(process.execPath, ['--import', 'tsx', 'environments/local/serve.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    server.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8')
    })
    await until(() => printed.includes('What the loader decides follows here'))
  })
  afterAll(async () => {
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    const [code] = await ended
    rmSync(folder, { recursive: true, force: true })
    expect(code).toBe(0)
    expect(execFileSync('sh', ['-c', `ps -o args= --ppid ${server.pid} || true`], { encoding: 'utf8' })).toBe('')
  })

  it('loads a file, fills a new table, and survives a new password', async () => {
    const [
      exports = '',
      makeFile = '',
      copyFile = '',
      readKpis = '',
      createOrders = '',
      copyOrder = '',
      alterUser = '',
      putParameter = '',
    ] = printed.split('\n').filter((line) => line.startsWith('  ') && /^ {2}(export|printf|aws|PGPASSWORD)/.test(line))
    const paste = (line: string) =>
      execFileSync('bash', ['-c', `${exports}\n${line}`], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, AWS_PAGER: '' },
      })
    const readOrders = readKpis.replace('public.kpis', 'public.orders')

    paste(makeFile)
    paste(copyFile)
    await until(() => /2026-11-20 \| visitors \| 1204\.00/.test(paste(readKpis)))

    paste(createOrders)
    paste(copyOrder)
    await until(() => /1 \| lamp/.test(paste(readOrders)))

    paste(alterUser)
    paste(putParameter)
    paste(copyOrder.replace('1,lamp', '2,sofa').replace('orders/1.csv', 'orders/2.csv'))
    await until(() => /2 \| sofa/.test(paste(readOrders)))
    expect(printed).not.toContain('password authentication failed')
  })
})
