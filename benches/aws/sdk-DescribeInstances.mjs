import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { measure, url } from "./driver.mjs";

const client = new EC2Client({ endpoint: url });

measure(async () => {
  const response = await client.send(new DescribeInstancesCommand({}));
  return response.Reservations[0].Instances[0].InstanceId;
});
