import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { measure, url } from "./driver.mjs";

const client = new DynamoDBClient({ endpoint: url });

measure(async () => {
  const response = await client.send(new GetItemCommand({ TableName: "orders", Key: { id: { S: "7" } } }));
  return response.Item.id.S;
});
