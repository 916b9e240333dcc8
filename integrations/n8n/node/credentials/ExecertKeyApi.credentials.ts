import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

export class ExecertKeyApi implements ICredentialType {
	name = 'execertKeyApi';

	displayName = 'Execert Key API';

	icon: Icon = { light: 'file:../nodes/Execert/execert.svg', dark: 'file:../nodes/Execert/execert.dark.svg' };

	documentationUrl = 'https://github.com/execert/execert/blob/main/integrations/n8n/node/README.md#key';

	properties: INodeProperties[] = [
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: '-----BEGIN PRIVATE KEY-----',
			description: 'An Ed25519 key as PKCS#8 PEM, as `execert init` or `openssl genpkey -algorithm ed25519` makes it',
		},
		{
			displayName: 'Tenant',
			name: 'tenant',
			type: 'string',
			default: '',
			placeholder: 'acme',
			description: 'The pseudonym that records name as whose they are',
		},
	];
}
