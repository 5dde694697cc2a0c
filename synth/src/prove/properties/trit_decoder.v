
  // The code by its other direction: five digits of {0, 1, 2}, two pairs and a single, into a byte. The pair (2, 2) has
  // no number of its own; the byte then says so in its middle bits and finds another place for what stood there.
  function [7:0] encoded (input [1:0] t4, input [1:0] t3, input [1:0] t2, input [1:0] t1, input [1:0] t0);
    reg [2:0] high, low;
    begin
      high = 3 * t3 + t2;
      low = 3 * t1 + t0;
      if (t3 == 2 & t2 == 2)
        encoded = (t1 == 2 & t0 == 2) ? {3'b111, 2'b11, 1'b0, t4} : {1'b0, t4, 2'b11, low};
      else
        encoded = (t1 == 2 & t0 == 2) ? {1'b1, t4, 2'b11, high} : {high, t4, low};
    end
  endfunction
  // Codes 00, 01, 11 are digits 0, 1, 2.
  function [1:0] digit_of (input [1:0] code);
    digit_of = {code[1], code[0] & ~code[1]};
  endfunction
  wire [1:0] t0 = digit_of(codes_o[1:0]);
  wire [1:0] t1 = digit_of(codes_o[3:2]);
  wire [1:0] t2 = digit_of(codes_o[5:4]);
  wire [1:0] t3 = digit_of(codes_o[7:6]);
  wire [1:0] t4 = digit_of(codes_o[9:8]);
  wire is_code = codes_o[1:0] != 2 & codes_o[3:2] != 2 & codes_o[5:4] != 2 & codes_o[7:6] != 2 & codes_o[9:8] != 2;

  // Any five digits.
  (* anyconst *) wire [9:0] any;
  wire some = any[1:0] != 3 & any[3:2] != 3 & any[5:4] != 3 & any[7:6] != 3 & any[9:8] != 3;
  always @* begin
    // What is legal is the byte of the digits it decodes to...
    assert (illegal_o | (is_code & encoded(t4, t3, t2, t1, t0) == byte_i));
    // ... and the byte of any five digits is legal and decodes to them.
    if (some & byte_i == encoded(any[9:8], any[7:6], any[5:4], any[3:2], any[1:0]))
      assert (~illegal_o & {t4, t3, t2, t1, t0} == any);
  end
