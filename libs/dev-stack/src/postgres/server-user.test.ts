import { serverUser } from './server-user';

const passwd = async () => 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\n';

describe('the user a database runs as', () => {
  it('is that of this process, unless it is root', async () => {
    expect(await serverUser(1_000, passwd)).toEqual({});
    expect(await serverUser(undefined, passwd)).toEqual({});
  });

  it('is postgres or nobody for root', async () => {
    expect(await serverUser(0, passwd)).toEqual({ uid: 65_534, gid: 65_533 });
    const both = async () => `${await passwd()}postgres:x:101:104::/var/lib/postgresql:/bin/sh\n`;
    expect(await serverUser(0, both)).toEqual({ uid: 101, gid: 104 });
  });

  it('has to exist', async () => {
    await expect(serverUser(0, async () => 'root:x:0:0::/root:/bin/sh')).rejects.toMatchObject({
      code: 'stack-unavailable',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });
});
