/** `npm run deploy -- dev`: asks the CLI of CDKTF to deploy an environment. What else is said is handed on to it. */
import { spawnSync } from 'node:child_process'
import { ENVIRONMENTS } from '../environments/all'

/**
 * The CLI is half of a full install and used by few, so it is no dependency: npx fetches it, at a version that was tried. That of
 * CDKTF crashes on Node 24; that of its successor, CDK Terrain, deploys the same app.
 */
export function deployCommand(args: readonly string[], nodeVersion: string): readonly [string, ...string[]] {
  const major = Number(nodeVersion.split('.')[0])
  const cli = major < 24 ? 'cdktf-cli@0.21.0' : 'cdktn-cli@0.24.0'
  return ['npx', '--yes', cli, 'deploy', ...args]
}

function deploy(args: readonly string[]): number {
  if (args.length === 0) {
    console.error('which environment? npm run deploy -- dev')
    return 2
  }
  const names = ENVIRONMENTS.map(({ name }) => name)
  const unknown = args.find((arg) => !arg.startsWith('-') && !names.includes(arg))
  // Told before half a gigabyte is fetched.
  if (unknown !== undefined) {
    console.error(`there is no environment ${unknown}: ${names.join(', ')}`)
    return 2
  }
  const [command, ...rest] = deployCommand(args, process.versions.node)
  const { status } = spawnSync(command, rest, {
    stdio: 'inherit',
    // Neither CLI tells anybody that it was used.
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    shell: process.platform === 'win32',
  })
  return status ?? 1
}

if (require.main === module) process.exitCode = deploy(process.argv.slice(2))
