import awsLite from "@aws-lite/client";
import { measure, url } from "./driver.mjs";

const aws = await awsLite({ endpoint: url, plugins: [import("@aws-lite/dynamodb")] });

// It returns plain values.
measure(async () => (await aws.DynamoDB.GetItem({ TableName: "orders", Key: { id: "7" } })).Item.id);
