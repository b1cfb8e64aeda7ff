import type { TableAccess } from '../../pipeline/hitparade.ts';
import type { Style } from './style.ts';

/** What every AWS SDK reads to find the tables. */
export function accessVariables(access: TableAccess): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: access.endpoint,
    AWS_REGION: access.region,
    // The AWS CLI and boto3 read this one.
    AWS_DEFAULT_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
  };
}

/** Where the tables are served, and two ways to read them. */
export function renderAccess(access: TableAccess, style: Style): string {
  const { paint } = style;
  const exports = Object.entries(accessVariables(access)).map(([name, value]) => `  export ${name}=${value}`);
  const table = access.tables.find((name) => name.endsWith('TopGenresPerDay')) ?? 'TopGenresPerDay';
  const lines = [
    `${paint.bold('DynamoDB')} at ${paint.cyan(access.endpoint)}, region ${access.region}`,
    `Tables: ${access.tables.join(', ')}`,
    '',
    paint.bold('In another shell'),
    ...exports,
    '',
    paint.bold('AWS CLI'),
    `  aws dynamodb scan --table-name ${table} --max-items 5`,
    '',
    paint.bold('Python'),
    '  import boto3',
    `  print(boto3.resource('dynamodb').Table('${table}').scan(Limit=5)['Items'])`,
    '',
    paint.dim('Served to this machine only, until Ctrl-C.'),
  ];
  return `${lines.join('\n')}\n`;
}
