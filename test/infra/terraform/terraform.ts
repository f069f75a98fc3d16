import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Terraform } from './tools'

/** One change of a plan, as `terraform show -json` tells it. */
export interface Change {
  readonly address: string
  readonly type: string
  readonly actions: readonly string[]
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

/** Terraform in one folder, with a state of its own beside the files. */
export interface Workspace {
  init(): Promise<void>
  validate(): Promise<void>
  /** What would be done, data sources that are only read left out. */
  plan(how?: { readonly destroy?: boolean }): Promise<readonly Change[]>
  /** Does what is due. */
  apply(): Promise<void>
  destroy(): Promise<void>
  /** The addresses of everything that the state still holds. */
  holds(): Promise<readonly string[]>
}

const PLAN = 'plan.tfplan'

/**
 * Makes the folder independent of any account: a local state, made-up credentials, and nothing that AWS would be asked for
 * beforehand. Calls go to `endpoint`, or nowhere.
 */
export function makeWorkspace({ program, pluginDir }: Terraform, folder: string, endpoint?: string): Workspace {
  const override = {
    terraform: { backend: { local: {} } },
    provider: { aws: endpoint === undefined ? WITHOUT_AWS : WITH_AWS },
  }
  writeFileSync(path.join(folder, 'zz_override.tf.json'), JSON.stringify(override))
  const run = (...args: readonly string[]) => terraform(program, folder, args, endpoint)
  const plan = async (...more: readonly string[]) => {
    await run('plan', '-input=false', '-no-color', `-out=${PLAN}`, ...more)
    const shown = JSON.parse(await run('show', '-json', PLAN)) as {
      readonly resource_changes?: readonly { address: string; type: string; change: Omit<Change, 'address' | 'type'> }[]
    }
    return (shown.resource_changes ?? [])
      .map(({ address, type, change }) => ({ address, type, ...change }))
      .filter(({ actions }) => !actions.every((one) => one === 'no-op' || one === 'read'))
  }
  return {
    init: async () => void (await run('init', '-input=false', '-no-color', `-plugin-dir=${pluginDir}`)),
    validate: async () => void (await run('validate', '-no-color')),
    plan: ({ destroy = false } = {}) => plan(...(destroy ? ['-destroy'] : [])),
    apply: async () => void (await run('apply', '-input=false', '-no-color', '-auto-approve', PARALLEL)),
    destroy: async () => void (await run('destroy', '-input=false', '-no-color', '-auto-approve', PARALLEL)),
    holds: async () => (await run('state', 'list')).split('\n').filter((line) => line !== ''),
  }
}

/** The provider spends its time in waiting, since AWS tells late what it was told. */
const PARALLEL = '-parallelism=40'

/** Credentials of nobody; what the provider would look for on a machine of AWS's. */
const NOBODY = { access_key: 'fake', secret_key: 'fake', skip_metadata_api_check: 'true' }

/** Where there is no AWS at all, it can be asked neither for the account nor whether the credentials are good. */
const WITHOUT_AWS = {
  ...NOBODY,
  skip_credentials_validation: true,
  skip_requesting_account_id: true,
  skip_region_validation: true,
  allowed_account_ids: null,
}

/** Buckets of an endpoint on this machine have no names of their own. */
const WITH_AWS = { ...NOBODY, s3_use_path_style: true }

/** Runs Terraform and gives what it printed; throws with all of it if it fails. */
async function terraform(
  program: string,
  folder: string,
  args: readonly string[],
  endpoint: string | undefined,
): Promise<string> {
  const child = spawn(program, [...args], { cwd: folder, env: variables(endpoint), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw new Error(`terraform ${args[0]} ended with ${code}:\n${out.slice(-20_000)}\n${err}`)
  return out
}

/** Nothing of a real account comes in, and a call that the endpoint does not get fails at once instead of leaving the machine. */
function variables(endpoint: string | undefined): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|TF_(?!PLUGIN_DIR)|https?_proxy$)/i.test(name))
  return {
    ...Object.fromEntries(own),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    NO_PROXY: '127.0.0.1',
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
  }
}

const NOWHERE = 'http://127.0.0.1:9'
