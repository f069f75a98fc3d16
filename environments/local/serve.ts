import { once } from 'node:events'
import { messageOf } from '../../lambda/errors'
import { LOCAL } from './names'
import { type LocalEnvironment, startLocal } from './start'

/** Preferred ports, so that what was pasted yesterday works today. If any is taken, free ones are used. */
const PORTS = { s3: 4601, queues: 4602, dynamodb: 4603, ssm: 4604, redshift: 5439 } as const

/** Keeps the embedded environment running until it is interrupted. */
async function serve(): Promise<void> {
  const settings = { csv: { headerLines: 1 } }
  const local = await startLocal({ settings, ports: PORTS, measure: () => {} }).catch((error: unknown) => {
    if (!messageOf(error).includes('EADDRINUSE')) throw error
    return startLocal({ settings, measure: () => {} })
  })
  try {
    await local.redshift.admin(
      `create table public.kpis (day date, name varchar(64), value decimal(18,2)); grant insert, select on public.kpis to ${LOCAL.user}`,
    )
    process.stdout.write(howTo(local))
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  } finally {
    process.stdout.write('Stopping.\n')
    await local.stop()
  }
}

/** Lines to paste into another terminal. */
function howTo({ s3, ssm, queues, dynamodb, redshift, passwordParameter, bucket }: LocalEnvironment): string {
  const psql = `PGPASSWORD=${LOCAL.adminPassword} psql 'host=${redshift.host} port=${redshift.port} dbname=${redshift.database} user=${LOCAL.admin} sslmode=require'`
  return `
Penstock is running on this machine. It stops with Ctrl-C, and nothing is left.

  S3        ${s3.endpoint}
  SSM       ${ssm.endpoint}
  SQS, SNS  ${queues.endpoint}
  DynamoDB  ${dynamodb.endpoint}
  Redshift  ${redshift.host}:${redshift.port}

In another terminal, once:

  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=${LOCAL.region}

Load a file, and read its rows:

  printf 'day,name,value\\n2026-11-20,visitors,1204\\n' > new_file.csv
  aws --endpoint-url ${s3.endpoint} s3 cp new_file.csv s3://${bucket}/kpis/
  ${psql} -c 'select * from public.kpis'

Add a table: create it, and copy a file under its name:

  ${psql} -c 'create table public.orders (id bigint, item varchar(64))'
  printf 'id,item\\n1,lamp\\n' | aws --endpoint-url ${s3.endpoint} s3 cp - s3://${bucket}/orders/1.csv

Rotate the loader's password, in the warehouse and in the parameter store:

  ${psql} -c "alter user ${LOCAL.user} password 'New-password-2'"
  aws --endpoint-url ${ssm.endpoint} ssm put-parameter --overwrite --type SecureString --name ${passwordParameter} --value New-password-2

What the loader decides follows here, one line each.

`
}

serve().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
})
