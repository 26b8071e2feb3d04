-- MaxCompute knows no RAM actions: rights are granted in the project. Put in your account, project and table.
ADD USER RAM$account:role/spillway-maxcompute-sink;
-- partitions are created by SQL, and so is the look for the rows of an expired upload session
GRANT CreateInstance ON PROJECT sales TO USER RAM$account:role/spillway-maxcompute-sink;
-- its columns; that look; new partitions; rows
GRANT Describe, Select, Alter, Update ON TABLE orders TO USER RAM$account:role/spillway-maxcompute-sink;
